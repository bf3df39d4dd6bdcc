"""The web pages of stock Antminers, and of Hammer and Elphapex, which copied them."""

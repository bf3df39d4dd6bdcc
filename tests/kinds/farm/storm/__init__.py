"""Random histories of a site whose machines, plant, disk and users do what they like."""

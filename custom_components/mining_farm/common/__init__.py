"""What every kind of entry builds with; knows no kind."""

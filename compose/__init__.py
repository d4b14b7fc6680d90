"""Script in, finished cut out."""

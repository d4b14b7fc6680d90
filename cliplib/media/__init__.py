"""Media: programs, probing, pictures and sound."""

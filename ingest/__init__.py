"""Footage in, clip records out."""

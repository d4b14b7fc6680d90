"""cliplib: a video clip library and remix engine. What a clip is, where clips live, and the command line."""

__version__ = "0.1.0"

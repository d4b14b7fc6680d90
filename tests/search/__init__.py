"""Tests of search: the projection of the library into indexes, and hybrid search."""

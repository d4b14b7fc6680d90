"""Tests of cliplib.media."""

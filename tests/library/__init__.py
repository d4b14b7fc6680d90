"""Tests of the library: records, corrections, lock, journal and uses."""

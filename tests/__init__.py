"""Tests: the folders mirror the packages; faults/ holds engines and programs that fail in named ways."""

"""Tests of the vector indexes: one contract for all, and what each has of its own."""

"""Tests of review: exports, imports, undo and what people and machines agree on."""

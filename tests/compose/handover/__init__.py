"""Tests of what is handed over, and of what comes back."""

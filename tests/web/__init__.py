"""Tests of the page: its routes, its guard, and the page itself in a browser."""

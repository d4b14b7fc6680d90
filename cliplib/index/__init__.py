"""Vector indexes: a projection of the library that can be deleted and rebuilt at any time."""

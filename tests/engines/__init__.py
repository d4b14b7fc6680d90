"""Tests of the engines: contracts per kind, the chat client against a real server, rules and tables."""

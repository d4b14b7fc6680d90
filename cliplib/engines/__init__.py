"""Engines: all that a model, a service or a rule may do for cliplib, each kind behind one protocol in base.py."""

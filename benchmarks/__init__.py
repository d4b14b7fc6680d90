"""Measurements that are run by hand and print one table each."""

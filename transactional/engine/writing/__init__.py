"""Writes what a batch changed, all tables in one statement."""

"""Lands facts, builds the warehouse, trains, releases; home of the `pointmart` command line."""

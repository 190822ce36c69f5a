"""Locks and reads the rows a batch needs."""

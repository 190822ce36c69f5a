"""Imports the past of a new tenant: decided as requests are, kept in memory in between, written by COPY."""

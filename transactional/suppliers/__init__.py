"""Whom a tenant buys from, and the dated terms of each item."""

"""Tiers: what members reach with the points they earn."""

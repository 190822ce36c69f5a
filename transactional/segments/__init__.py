"""Segments of members: computed in the warehouse, kept here for campaigns and offers."""

"""Pieces that still lie in a warehouse after their last day."""

"""Checks of what the pipeline made, as plain functions: asset checks show them, the release gate obeys them."""

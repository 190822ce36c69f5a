"""Thresholds of stock, and the alerts that are open while it is below them."""

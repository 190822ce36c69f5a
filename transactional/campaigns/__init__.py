"""Campaigns: points given for a while, as extra points or lower prices, out of a budget that is never exceeded."""

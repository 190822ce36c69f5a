"""Redemptions: what is asked, the states, what became of it."""

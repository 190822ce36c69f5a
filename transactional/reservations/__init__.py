"""Pieces set aside until a deadline, for a campaign, a flash sale or a bulk order."""

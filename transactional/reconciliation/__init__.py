"""Payments and refunds compared line by line with the payment providers' files."""

"""Brands that are sold only under an authorisation, and who may sell them."""

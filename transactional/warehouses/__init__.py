"""Warehouses and the pieces that lie in each; what may be sold is told by the stock of the tenant as a whole."""

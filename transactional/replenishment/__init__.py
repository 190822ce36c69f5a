"""Proposals to order goods: computed in the warehouse, decided by people."""

"""Parcels: what carriers tell of them, the clocks of their promises, and what follows from a broken one."""

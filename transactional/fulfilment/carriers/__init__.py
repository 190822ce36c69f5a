"""Carriers behind one protocol: how each tells of parcels, and how each is asked."""

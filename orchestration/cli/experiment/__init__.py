"""`pointmart evaluate world`: a mall lived through in memory, then two arms that see slates of two policies."""

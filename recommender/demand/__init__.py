"""How much of each item will be asked for, and how sure that is."""

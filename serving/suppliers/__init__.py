"""How suppliers keep what they promise."""

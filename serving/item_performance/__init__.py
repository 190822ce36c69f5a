"""How items do: viewed, redeemed, refused and rated, and which to improve."""

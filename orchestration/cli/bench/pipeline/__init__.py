"""`pointmart bench pipeline`: what landing, building and publishing cost at a size, and as history grows."""

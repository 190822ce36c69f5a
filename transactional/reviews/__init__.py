"""Reviews of items by the members who redeemed them."""

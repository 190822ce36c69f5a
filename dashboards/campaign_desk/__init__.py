"""Planning campaigns: drafting one, what it would have given in the past, and approving, watching and stopping them."""

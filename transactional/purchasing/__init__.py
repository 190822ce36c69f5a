"""Purchase orders from the proposal to the last receipt."""

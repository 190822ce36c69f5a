"""Points: lots, balances and statements."""

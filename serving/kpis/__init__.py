"""Published figures with their definitions and targets."""

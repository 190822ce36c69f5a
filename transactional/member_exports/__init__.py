"""A member's own data, all of it, to take away: machine-readable, and as a page that a person can read."""

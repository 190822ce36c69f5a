"""What each member will want next."""

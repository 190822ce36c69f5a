"""What the release proposes to order before the coming holidays."""

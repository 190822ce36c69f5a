"""Flash sales: pieces set aside for a window, at a price and a limit of their own."""

"""Plans of what to order before a holiday: computed in the warehouse, edited and decided by people."""

"""What a tenant owes suppliers and other tenants for a business day, stated on the next (T+1)."""

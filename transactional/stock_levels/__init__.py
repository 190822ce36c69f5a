"""What a tenant's ERP states of its stock: so many pieces of an item in a warehouse as of a moment."""

"""Items, a tenant's offers of them, and their stock."""

"""Inline risk: a tenant's dated rules give each redemption a verdict inside the batch that writes it."""

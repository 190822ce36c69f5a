"""Which parts of the mall a tenant uses."""

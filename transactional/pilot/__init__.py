"""Which members of a tenant see the mall first."""

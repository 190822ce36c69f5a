"""Which goods a tenant decided to have in its shop, dated; nothing is offered without it."""

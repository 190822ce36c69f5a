"""What the platform charges a tenant: dated tariffs, confirmations and the fees of a month."""

"""What became of requests, by their idempotency keys."""

"""A simulated world: tenants, members and years of requests that look like real ones, and the truth behind them."""

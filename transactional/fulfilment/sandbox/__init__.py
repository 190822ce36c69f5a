"""A carrier and a top-up provider that testers drive by hand; it runs as `pointmart serve sandbox-fulfilment`."""

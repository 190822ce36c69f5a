"""Both providers for development: same protocols, own keys, no money. Never reachable from outside."""

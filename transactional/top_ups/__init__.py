"""Virtual goods that a provider hands over: asked for until it is known what came of it, refunded if nothing did."""

"""Who is asking: tenant API keys."""

"""Taking tenants on: dated steps from the application to going live, presets, and the check before it."""

"""Serves a release: recommendations, KPIs and forecasts over HTTP, corrected by live state."""

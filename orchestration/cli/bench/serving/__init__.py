"""Measures the serving API on a made-up mall with a release and a live database."""

"""A pure library: frames in, frames out. No database, no web, no scheduler."""

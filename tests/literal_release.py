"""A small release written by hand, for tests of what reads releases."""

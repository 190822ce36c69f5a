"""Decides commands purely and commits them in micro-batches; the only writer of points and stock."""

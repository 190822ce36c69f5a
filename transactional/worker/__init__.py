"""The worker: does in the background what no request waits for."""

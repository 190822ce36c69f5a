"""What a tenant has of the mall: its value score, what it was measured from, and what it costs."""

"""What members do and say: events and feedback."""

"""What experiments with recommendations have shown."""

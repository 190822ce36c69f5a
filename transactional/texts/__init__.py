"""What members say in their own words: sealed, and what is known of it without reading it."""

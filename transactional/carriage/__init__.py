"""What carriers ask for parcels: their rates by region, weight and monthly volume, and what a month comes to."""

"""`pointmart bench`: measures what the mall promises, with its own database, service and load generator."""

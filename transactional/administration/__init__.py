"""Who changed what the mall is run by."""

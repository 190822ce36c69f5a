"""What a release of the warehouse gives back: whose turn it is, and what every such request has."""

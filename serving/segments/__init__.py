"""Who the members are: segments by how they redeem, and stages of a member's life."""

"""Who may log in to the screens, and the signed token that says who did."""

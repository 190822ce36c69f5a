"""Cases of members about what they redeemed: a clock, who was responsible, and what came of it."""

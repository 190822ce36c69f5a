"""What members agreed to, dated and in its order, and the check before anything is done on the ground of it."""

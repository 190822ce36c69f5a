"""What all tenants come to together, for the platform's own people."""

"""What a tenant keeps of its members beyond the rest: declared attributes, each with a purpose the member agreed to."""

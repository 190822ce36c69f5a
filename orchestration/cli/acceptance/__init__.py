"""`pointmart acceptance`: what a buyer runs against a tenant in test mode before going live. It knows the API alone."""

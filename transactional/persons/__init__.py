"""One person, many accounts (一人多账户): who joined accounts of several tenants, and sees them beside each other."""

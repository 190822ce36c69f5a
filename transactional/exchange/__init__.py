"""Points to miles and exchange of points between tenants: agreements, links, quotes, legs, statements."""

"""Telling tenants' systems what happened: endpoints, deliveries, dead letters."""

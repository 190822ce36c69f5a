"""Surveys of a tenant: their questions, who is invited to them, and what was answered."""

"""Tenants, their programs and program accounts."""

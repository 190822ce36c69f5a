"""Releases: immutable bundles of marts, audited before `current` is switched to them."""

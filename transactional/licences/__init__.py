"""The register of licences, and alerts before they lapse."""

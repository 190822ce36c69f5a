"""The monthly report to the enterprise as one document."""

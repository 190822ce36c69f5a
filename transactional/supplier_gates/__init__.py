"""The gates a supplier passes in order: documents, samples, a trial order; and its suspension."""

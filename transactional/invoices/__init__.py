"""Monthly invoices, issued once, and the credit notes that put them right."""

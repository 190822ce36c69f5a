"""Training: frames out of the warehouse, per tenant through the recommender, tables back as Parquet."""

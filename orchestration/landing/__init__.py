"""Landing: every committed row of the `export` views arrives once, as immutable Parquet batches."""

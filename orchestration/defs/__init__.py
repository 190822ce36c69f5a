"""Dagster's view of the pipeline: assets, checks, the job. Bodies only call plain modules."""

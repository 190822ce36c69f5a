"""The warehouse: running the dbt project in this process and keeping what its tests said."""

"""Lists of values as the rows of a statement."""


def names_of(columns: str) -> str:
    """Return the names of columns such as `tenant_id uuid, amount bigint`, separated by commas."""
    return ", ".join(column.split()[0] for column in columns.split(", "))


def unnest(columns: str, *, alias: str, first: int) -> str:
    """Return the SQL that makes rows of lists, a parameter for each column.

    Args:
        columns: names and SQL types, such as `tenant_id uuid, amount bigint`.
        first: the number of the first parameter.
    """
    types = [column.split()[1] for column in columns.split(", ")]
    arrays = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(types, first))
    return f"unnest({arrays}) as {alias}({names_of(columns)})"

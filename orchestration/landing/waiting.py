"""Whether the database has committed anything that a landing did not see."""

from orchestration.landing import snapshot
from orchestration.landing.batches import VIEWS


def is_anything_waiting(database_url: str, landed: str) -> bool:
    """Return whether any export view has a row that was not visible in a landed snapshot.

    Raises:
        SourceUnreachable, DatabaseNotMigrated: it cannot be found out.
    """
    with snapshot.opened(database_url) as source:
        return any(source.has_rows_since(view, landed) for view in VIEWS)

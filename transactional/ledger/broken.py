"""What verification says of the first row that is not as it was sealed, or does not agree with the facts."""

from transactional.problems import Problem


class LedgerBroken(Problem):
    """A row is broken.

    Attributes:
        code: the tenant's code.
        row_id: the row's key within the tenant, as text.
        what: what is wrong; continues a sentence that begins with table and row.
    """

    slug = "ledger-broken"
    title = "The ledger is broken"
    status = 500

    def __init__(self, code: str, table: str, row_id: str, what: str) -> None:
        super().__init__(f"{table} {row_id} of tenant {code} {what}", table=table, row_id=row_id)
        self.code = code
        self.table = table
        self.row_id = row_id
        self.what = what

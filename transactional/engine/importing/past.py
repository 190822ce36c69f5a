"""Decides the past of a new tenant on a book that stays in memory.

The committer reads what each batch needs and writes what it changed. Of a tenant whose whole past is imported in the
order of time, everything that could be read has been written here, so it is kept instead: the decisions are the same,
and the rows of a request that is made, shipped and delivered are written once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from transactional.catalogue.operations import StockReceipt, receive_stock
from transactional.clock import business_date
from transactional.database import Connection
from transactional.engine.book import Answer, Book
from transactional.engine.commands import Command, Needs, Slot
from transactional.engine.decide import decide
from transactional.engine.importing.campaigns import PastCampaigns
from transactional.engine.importing.refusals import TenantHasPast
from transactional.engine.importing.rows import MERGED, NewId, copied, settle
from transactional.engine.importing.sales import PastSales
from transactional.engine.importing.touched import Touched
from transactional.engine.reading.shared import read_shared
from transactional.engine.sweeping import NO_BODY
from transactional.engine.writing.statement import write
from transactional.ledger.account import Account
from transactional.ledger.commands import ExpireLots
from transactional.ledger.history import History, SetAside
from transactional.redemption.states import Status
from transactional.risk.judge import RiskState
from transactional.risk.rows import load_rules
from transactional.tenants.queries import programs


class PastImport:
    """Decides and writes what happened at a tenant, in the order of time.

    Nobody else may change the tenant's accounts, stock and orders meanwhile; the caller sees to that. Requests that
    pay a part in cash, draws and exchanges cannot be imported. What the risk rules count is written by `finish`
    alone: until then nobody but the import asks for it.

    Attributes:
        sales: opens and closes flash sales.
        campaigns: opens and ends campaigns.
    """

    def __init__(
        self, connection: Connection, tenant_id: UUID, book: Book, accounts: dict[str, UUID], new_id: NewId
    ):
        """Use `begin`."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._book = book
        self._program_accounts = accounts
        self._new_id = new_id
        self._touched = Touched(book)
        self._done: set[Slot] = set()
        self.sales = PastSales(connection, tenant_id, book, self.flush)
        self.campaigns = PastCampaigns(connection, tenant_id, book)

    @classmethod
    async def begin(
        cls, connection: Connection, *, tenant_id: UUID, first: datetime, last: datetime, new_id: NewId
    ) -> "PastImport":
        """Begin the past of a tenant that has its rules, members, offers and opening stock.

        Args:
            connection: the owner's; row security does not let roles COPY.
            first, last: the risk rules in force between these moments are kept in mind.
            new_id: makes the identifiers of events and refusals.

        Raises:
            TenantHasPast: it has entries already.
        """
        if await connection.fetchval(
            "select exists (select from mall.entry where tenant_id = $1)", tenant_id
        ):
            raise TenantHasPast(f"tenant {tenant_id} has entries already")
        book = Book(programs=await programs(connection, [tenant_id]))
        book.risk = RiskState(books=await load_rules(connection, [tenant_id], first, last))
        for row in await connection.fetch(
            "select member_id, registered_at from mall.member where tenant_id = $1 order by member_id",
            tenant_id,
        ):
            book.accounts[tenant_id, row["member_id"]] = Account(0, 0, registered_at=row["registered_at"])
        offers = await connection.fetch("select item_id from mall.offer where tenant_id = $1", tenant_id)
        needs = Needs()
        needs.items.update({(tenant_id, row["item_id"]): 0 for row in offers})
        await read_shared(connection, needs, book, lock=False)
        accounts = await connection.fetch(
            "select kind, account_id from mall.account where tenant_id = $1 and kind <> 'member'", tenant_id
        )
        return cls(connection, tenant_id, book, {row["kind"]: row["account_id"] for row in accounts}, new_id)

    def decide(self, commands: Sequence[Command]) -> list[Answer]:
        """Decide commands, which come in the order of time, and return an answer for each.

        Keys are the importer's own and new: a key that was used before is found when the rows are written.

        Raises:
            CannotBeImported: a command takes cash, or is about a draw, an exchange, a hold or a correction.
        """
        for command in commands:
            self._touched.note(command)
        answers = decide(commands, self._book)
        self._book.answers.clear()
        return answers

    def expire(self, at: datetime) -> list[UUID]:
        """Debit what is left of lots whose last day was the day before `at`, and return of which members.

        Meant for the first moment of a business day, before anything else of that day.
        """
        yesterday = business_date(at) - timedelta(days=1)
        commands = [
            ExpireLots(
                tenant_id=tenant_id, key=None, body_hash=NO_BODY, at=at, member_id=member_id,
                transfer_id=self._new_id(at), oldest=yesterday,
            )
            for (tenant_id, member_id), account in self._book.accounts.items()
            if any(lot.remaining and lot.expires_on == yesterday for lot in account.lots.values())
        ]  # fmt: skip
        for command in commands:
            account = self._book.accounts[command.tenant_id, command.member_id]
            # Nothing has moved since midnight; what is still set aside stays until its hold ends.
            account.history = History()
            for hold in account.holds.values():
                account.history.note_hold(
                    hold.hold_id, SetAside(hold.effective_at, hold.expires_at, dict(hold.shares))
                )
        self.decide(commands)
        for command in commands:
            self._book.accounts[command.tenant_id, command.member_id].history = None
        return [command.member_id for command in commands]

    def available(self, member_id: UUID, at: datetime) -> int:
        """Return the points a member could spend at a moment."""
        account = self._book.accounts[self._tenant_id, member_id]
        return account.available(account.moment(at))

    def status(self, redemption_id: UUID) -> Status:
        """Return where a redemption stands."""
        return self._book.redemptions[self._tenant_id, redemption_id].status

    def on_hand(self, items: Sequence[UUID]) -> list[int]:
        """Return the pieces of each item on the shelf."""
        stock = self._book.stock[self._tenant_id]
        return [stock[item].on_hand for item in items]

    def forget(self, redemption_id: UUID) -> None:
        """Let go of a redemption to which nothing happens any more, once it is written."""
        self._done.add((self._tenant_id, redemption_id))

    async def receive(self, receipts: Sequence[StockReceipt]) -> None:
        """Book deliveries, whose references are new."""
        await receive_stock(self._connection, tenant_id=self._tenant_id, receipts=receipts)
        for receipt in receipts:
            self._book.stock[self._tenant_id][receipt.item_id].on_hand += receipt.quantity

    async def reread_offers(self) -> None:
        """Learn which offers are listed until when, after something was done that ends or extends them."""
        fresh = Book(programs=self._book.programs)
        needs = Needs()
        needs.items.update(
            dict.fromkeys(((self._tenant_id, item) for item in self._book.stock[self._tenant_id]), 0)
        )
        await read_shared(self._connection, needs, fresh, lock=False)
        self._book.offers = fresh.offers

    async def flush(self) -> None:
        """Write what was decided since the last time, in one transaction."""
        if not self._touched:
            return
        book = self._touched.part()
        async with self._connection.transaction():
            for table, columns, rows in copied(book, self._program_accounts, self._new_id):
                if rows:
                    await self._connection.copy_records_to_table(
                        table, schema_name="mall", columns=columns, records=rows
                    )
            await write(self._connection, MERGED, book)
        self._book.redemptions = settle(book, self._book.redemptions, self._done)
        self._book.bought_changed = set()
        self._touched.clear()
        self._done.clear()

    async def finish(self) -> None:
        """Write what is left to write, and what the risk rules have counted; the import ends with it."""
        await self.flush()
        risk = self._book.risk
        counted = {
            (tenant_id, UUID(bytes=subject))
            for tenant_id, dimension, subject in risk.touched
            if dimension == "member"
        }
        book = Book(
            programs=self._book.programs,
            accounts={slot: self._book.accounts[slot] for slot in counted},
            risk=RiskState(books=risk.books, recents=risk.recents, touched=risk.touched),
        )
        book.note_recents()
        async with self._connection.transaction():
            await write(self._connection, MERGED, book)
        risk.settle()

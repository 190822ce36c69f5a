"""An invoice and a settlement statement as documents, from what the mall's books say of them at a moment."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pandas as pd

from dashboards.downloads import Column
from dashboards.fees import in_yuan
from dashboards.fees_rows import charge_columns, named_lines, state_names
from dashboards.mall import Told
from dashboards.page import BUSINESS_ZONE
from dashboards.reports.content import Block, Card, Cards, Heading, Note, Report, Rows
from dashboards.tables import Table
from dashboards.words import Words

# All lines are on paper: it is what somebody pays by.
_ALL = 100_000


def invoice_paper(words: Words, tenant: str, told: Told, at: datetime) -> Report:
    """Return an invoice of a tenant, as `GET /v1/invoices/{id}` told it at a moment."""
    issued = _day(told["issued_at"])
    rows = _frame(told["fees"], ("first_day", "last_day", "confirmed_on"))
    names = {fee["line_code"]: fee[f"name_{words.language}"] for fee in told["fees"]}
    blocks: list[Block] = [
        Cards(
            [
                _card(words, words("paper_asked"), told["amount_fen"]),
                _card(words, words("paper_credited"), told["credited_fen"]),
                _card(words, words("paper_paid"), told["paid_fen"]),
                _card(words, words("paper_left"), told["remaining_fen"]),
            ]
        ),
        Note(words("paper_dates", issued=words.day(issued), due=words.day(_date(told["due_on"])))),
        Heading(words("paper_fees")),
        Rows(_fees(words, rows, names), _ALL, is_titled=False),
    ]
    for key, title, at_field in (
        ("credit_notes", words("paper_credit_notes"), "issued_at"),
        ("payments", words("paper_payments"), "received_at"),
    ):
        if told[key]:
            blocks += [
                Heading(title),
                Rows(_moved(words, key, title, told[key], at_field), _ALL, is_titled=False),
            ]
    return Report(
        language=words.language,
        title=f"{words('paper_invoice')} {told['number']}",
        tenant=tenant,
        period=words.month(_month(told["month"])),
        complete_until=at,
        as_of=_as_of(words, at),
        source=words("paper_source", number=told["number"]),
        answer=words(
            "paper_invoice_answer",
            month=words.month(_month(told["month"])),
            asked=words.exact_money(told["amount_fen"]),
            left=words.exact_money(max(told["remaining_fen"], 0)),
            due=words.day(_date(told["due_on"])),
            state=state_names(words)[told["state"]],
        ),
        blocks=blocks,
    )


def statement_paper(words: Words, tenant: str, told: Told, at: datetime) -> Report:
    """Return a settlement statement of a tenant, as `GET /v1/settlements/{id}` told it at a moment."""
    party = told["party_name"] or told["party_id"]
    day, due = _date(told["day"]), _date(told["due_on"])
    said = words("paper_owes", party=party, owed=words.exact_money(told["owed_fen"]))
    if told["owed_fen"] < 0:
        said = words("paper_is_owed", party=party, owed=words.exact_money(-told["owed_fen"]))
    settled = told["settled_at"]
    ends = (
        words("paper_settled", day=words.day(_day(settled)), reference=told["settled_by_reference"])
        if settled
        else words("paper_unsettled", day=words.day(due))
    )
    sources = {
        "receipt": words("paper_receipt"),
        "redemption": words("paper_redemption"),
        "exchange": words("paper_exchange"),
    }
    lines = in_yuan(_frame(told["lines"], ("source_day",)))
    table = Table(
        "lines",
        words("paper_lines"),
        lines.assign(source=lines["source"].map(sources)),
        [
            Column("line_no", words("paper_line_no"), "count"),
            Column("source", words("paper_source_kind"), "text"),
            Column("source_id", words("paper_source_id"), "text"),
            Column("source_day", words("day"), "date"),
            Column("quantity", words("statement_quantity"), "count"),
            Column("unit_cost", words("paper_unit_cost"), "money"),
            Column("amount", words("amount_yuan"), "money"),
        ],
    )
    return Report(
        language=words.language,
        title=words("paper_statement"),
        tenant=tenant,
        period=f"{words.day(day)} · {party}",
        complete_until=at,
        as_of=_as_of(words, at),
        source=words("paper_source", number=told["statement_id"]),
        answer=said + ends,
        blocks=[
            Cards(
                [
                    _card(words, words("paper_owed"), told["owed_fen"]),
                    Card(words("statement_quantity"), words.count(told["quantity"]), "", "", ""),
                    Card(words("statement_lines"), words.count(told["line_count"]), "", "", ""),
                ]
            ),
            Note(words("paper_stated", day=words.day(_day(told["stated_at"])))),
            Heading(words("paper_lines")),
            Rows(table, _ALL, is_titled=False),
        ],
    )


def _fees(words: Words, rows: pd.DataFrame, names: Mapping[str, str]) -> Table:
    return Table(
        "fees",
        words("paper_fees"),
        named_lines(words, in_yuan(rows), names),
        [
            *charge_columns(words),
            Column("confirmed_on", words("confirmed_date"), "date"),
        ],
    )


def _moved(words: Words, key: str, title: str, told: Sequence[Told], at_field: str) -> Table:
    rows = pd.DataFrame(
        {
            "day": pd.to_datetime([_day(one[at_field]) for one in told]),
            "reference": [one["reference"] for one in told],
            "reason": [one.get("reason", "") for one in told],
            "amount": [one["amount_fen"] / 100 for one in told],
        }
    )
    reason = [Column("reason", words("paper_reason"), "text")] if key == "credit_notes" else []
    return Table(
        key,
        title,
        rows,
        [
            Column("day", words("day"), "date"),
            Column("reference", words("paper_reference"), "text"),
            *reason,
            Column("amount", words("amount_yuan"), "money"),
        ],
    )


def _frame(told: Sequence[Told], days: Sequence[str]) -> pd.DataFrame:
    rows = pd.DataFrame(told)
    return rows.assign(**{day: pd.to_datetime(rows[day]) for day in days})


def _card(words: Words, name: str, fen: int) -> Card:
    return Card(name, words.exact_money(fen), "", "", "")


def _as_of(words: Words, at: datetime) -> str:
    there = at.astimezone(BUSINESS_ZONE)
    return words("paper_as_of", moment=f"{words.day(there.date())} {there:%H:%M}")


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(BUSINESS_ZONE).date()


def _date(day: str) -> date:
    return date.fromisoformat(day)


def _month(told: str) -> date:
    return date.fromisoformat(told if len(told) > 7 else f"{told}-01")

"""What the routes of draws take and tell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from transactional.draws.domain import NewDraw, Odds, Prize
from transactional.request_types import Moment, Reference

Status = Literal["scheduled", "open", "over", "revealed", "cancelled"]

_NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f]+$"
DrawName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_NO_CONTROL)]


PrizeQuantity = Annotated[int, Field(ge=1, le=1_000_000)]
PrizeValue = Annotated[int, Field(ge=0, le=10**15)]
MAX_PRIZES = 100


class NewPrize(BaseModel):
    """A prize: pieces of an item in your shop, each worth `value_fen` fen (1 yuan = 100 fen)."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID
    quantity: PrizeQuantity
    value_fen: PrizeValue


class DrawRequest(BaseModel):
    """A draw to open. `reference` is your own name of it: sent again with the same terms it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    name: DrawName
    ticket_points: Annotated[int, Field(ge=1, le=1_000_000_000)]
    starts_at: Moment | None = Field(None, description="By default now.")
    ends_at: Moment = Field(description="The first moment at which no ticket is sold any more.")
    max_tickets: Annotated[int, Field(ge=1, le=1_000_000)]
    member_limit: Annotated[int, Field(ge=1, le=1_000_000, description="Tickets a member may have.")] = 1
    one_prize_per_member: bool = False
    entropy_source: Line | None = Field(
        None,
        description="A public value that nobody knows before the end and everybody can look up after it, such as "
        "the closing figure of a stock index of that day. It is mixed in, so that not even the operator can steer "
        "the draw.",
    )
    prizes: Annotated[list[NewPrize], Field(min_length=1, max_length=MAX_PRIZES)] = Field(
        description="The first prize first."
    )

    def draw(self, now: datetime) -> NewDraw:
        """Return what is asked for."""
        terms = self.model_dump(exclude={"prizes", "starts_at"})
        prizes = tuple(Prize(p.item_id, p.quantity, p.value_fen) for p in self.prizes)
        return NewDraw(**terms, starts_at=self.starts_at or now, prizes=prizes)


class Entropy(BaseModel):
    """The public value that the terms of a draw promised."""

    model_config = ConfigDict(extra="forbid")

    value: Line


class ShownOdds(BaseModel):
    """At least `winning` in `of` for this prize or a better one; `or_better` in `of` for both together."""

    winning: int
    or_better: int
    of: int


class ShownPrize(BaseModel):
    """A prize with the odds promised before the first ticket and, after the end, those that came out."""

    prize_no: int
    item_id: UUID
    name: str
    quantity: int
    value_fen: int
    awarded_count: int | None
    odds: ShownOdds
    realised_odds: ShownOdds | None


class DrawSummary(BaseModel):
    """A draw as it is now. Hashes, the log's head and the seed (once it is revealed) are in hex."""

    draw_id: UUID
    reference: str
    name: str
    status: Status
    ticket_points: int
    starts_at: datetime
    ends_at: datetime
    max_tickets: int
    ticket_count: int
    member_limit: int
    one_prize_per_member: bool
    entropy_source: str | None
    entropy: str | None
    seed_hash: str = Field(
        description="The commitment: SHA-256 of the seed. Note it before the first ticket."
    )
    log_head: str = Field(description="The running digest of the public log.")
    seed: str | None
    revealed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    settled_at: datetime | None = Field(
        description="When the last ticket of a draw that has ended was completed, or cancelled with its points back."
    )


class ShownDraw(DrawSummary):
    """A draw with its prizes; the odds are those of a ticket, or of a member who has one."""

    odds_of: Literal["ticket", "member"]
    prizes: list[ShownPrize]


class DrawPage(BaseModel):
    """A page of draws; ask for the next one with `after=next_after`."""

    draws: list[DrawSummary]
    next_after: UUID | None


def summary(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the members of a draw's summary."""
    hashes = {name: row[name].hex() for name in ("seed_hash", "log_head")}
    seed = None if row["seed"] is None else row["seed"].hex()
    return {**row, **hashes, "seed": seed, "status": _status(row, now)}


def prize(row: Mapping[str, Any], odds: Odds, realised: Odds | None) -> ShownPrize:
    """Return a prize with its odds."""
    return ShownPrize(
        **row, odds=_odds(odds), realised_odds=None if realised is None else _odds(realised)
    )  # fmt: skip


def _odds(odds: Odds) -> ShownOdds:
    return ShownOdds(winning=odds.winning, or_better=odds.or_better, of=odds.of)


def _status(row: Mapping[str, Any], now: datetime) -> Status:
    if row["cancelled_at"] is not None:
        return "cancelled"
    if row["revealed_at"] is not None:
        return "revealed"
    if now < row["starts_at"]:
        return "scheduled"
    return "open" if now < row["ends_at"] else "over"

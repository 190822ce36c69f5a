"""What an ERP sends of its stock, as JSON or as rows of a file, and what it is answered."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.request_types import Moment, Reference, Slug
from transactional.stock_levels.domain import Outcome
from transactional.stock_levels.operations import Statement
from transactional.warehouses.domain import MAX_PIECES

MAX_LEVELS = 5000


class LevelRow(BaseModel):
    """So many pieces of an item lie in a warehouse; the item is named by its id or its code."""

    model_config = ConfigDict(extra="forbid")

    warehouse_code: Slug = Field(title="仓库编码", examples=["main"])
    item_id: UUID | None = Field(None, title="商品ID")
    item_code: Reference | None = Field(None, title="商品编码", examples=["tea-001"])
    quantity: Annotated[int, Field(ge=0, le=MAX_PIECES)] = Field(title="库存数量", examples=["120"])

    @model_validator(mode="after")
    def _names_one_item(self) -> "LevelRow":
        if (self.item_id is None) == (self.item_code is None):
            raise ValueError("name the item by item_id or by item_code")
        return self

    def statement(self) -> Statement:
        """Return what it states."""
        item = self.item_id or self.item_code
        assert item is not None
        return Statement(self.warehouse_code, item, self.quantity)


class LevelsRequest(BaseModel):
    """What lies where as of a moment. Sent again it changes nothing, and an older statement changes nothing either."""

    model_config = ConfigDict(extra="forbid")

    as_of: Moment = Field(description="What came or left by our books since is reckoned on top.")
    stated_by: Reference
    levels: Annotated[list[LevelRow], Field(min_length=1, max_length=MAX_LEVELS)]


class LevelOutcome(BaseModel):
    """What became of a statement: it adjusted the books by so many pieces, or changed nothing, or cannot be followed."""

    warehouse_code: str
    item_id: UUID | None
    item_code: str | None
    status: Literal["adjusted", "unchanged", "older", "refused"]
    adjustment: int
    problem: dict[str, Any] | None = Field(
        description="The problem document of a statement that was refused."
    )


class LevelsStated(BaseModel):
    """How many statements were followed, and what became of each, in their order."""

    as_of: datetime
    adjusted: int
    unchanged: int
    older: int
    refused: int
    levels: list[LevelOutcome]

    @classmethod
    def of(cls, as_of: datetime, rows: list[LevelRow], outcomes: list[Outcome]) -> "LevelsStated":
        """Tell the outcomes of rows."""
        counts = dict.fromkeys(("adjusted", "unchanged", "older", "refused"), 0)
        for outcome in outcomes:
            counts[outcome.status] += 1
        levels = [
            LevelOutcome(
                warehouse_code=row.warehouse_code,
                item_id=row.item_id,
                item_code=row.item_code,
                status=outcome.status,
                adjustment=outcome.adjustment,
                problem=None if outcome.problem is None else outcome.problem.document(),
            )
            for row, outcome in zip(rows, outcomes, strict=True)
        ]
        return cls(as_of=as_of, levels=levels, **counts)

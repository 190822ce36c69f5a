"""How the rows of files name a redemption: by its id, or by the key under which the tenant's system asked for it."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.database import Connection
from transactional.problems import InvalidRequest
from transactional.request_types import Reference


class NamesRedemption(BaseModel):
    """A row about a redemption."""

    model_config = ConfigDict(extra="forbid")

    redemption_id: UUID | None = Field(None, title="兑换单ID")
    redemption_key: Reference | None = Field(
        None, title="兑换单幂等键", examples=["order-10086"], description="Its Idempotency-Key."
    )

    @model_validator(mode="after")
    def _names_it_once(self) -> Self:
        if self.redemption_id is not None and self.redemption_key is not None:
            raise ValueError("name the redemption by redemption_id or by redemption_key, not by both")
        return self


async def redemption_named(connection: Connection, *, tenant_id: UUID, row: NamesRedemption) -> UUID:
    """Return the id of the redemption that a row names; whoever takes the row finds out whether an id is one.

    Raises:
        InvalidRequest: it names none, or no redemption was made under the key.
    """
    found = await redemption_perhaps_named(connection, tenant_id=tenant_id, row=row)
    if found is None:
        raise InvalidRequest("redemption_id: name the redemption by this or by redemption_key")
    return found


async def redemption_perhaps_named(
    connection: Connection, *, tenant_id: UUID, row: NamesRedemption
) -> UUID | None:
    """Return the id of the redemption that a row names, None if it names none.

    Raises:
        InvalidRequest: no redemption was made under the key.
    """
    if row.redemption_key is None:
        return row.redemption_id
    found: UUID | None = await connection.fetchval(
        "select redemption_id from mall.idempotency_key "
        "where tenant_id = $1 and key = $2 and operation = 'redeem'",
        tenant_id,
        row.redemption_key,
    )
    if found is None:
        raise InvalidRequest(f"redemption_key: no redemption was made under the key {row.redemption_key!r}")
    return found

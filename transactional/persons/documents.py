"""What is asked of persons over HTTP and what is told of them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from transactional.persons.domain import MAX_ACCOUNTS

LinkCode = Annotated[str, Field(min_length=16, max_length=40, pattern=r"^[0-9A-Za-z -]+$")]


class PersonCode(BaseModel):
    """A code for the member to take to their other accounts, until it expires; it is shown only here."""

    code: str
    expires_at: datetime


class PersonRequest(BaseModel):
    """Codes that tenants issued to the person, each for its own member."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"codes": ["7K2M-9QXA-B3CD-Z8YT"]}]}
    )

    codes: Annotated[list[LinkCode], Field(min_length=1, max_length=MAX_ACCOUNTS)]


class AccountRequest(BaseModel):
    """The code that a further tenant issued to the person."""

    model_config = ConfigDict(extra="forbid")

    code: LinkCode


class Account(BaseModel):
    """An account of the person's: whose member they are there, and since when they agree to see it here."""

    tenant: str
    tenant_name: str
    member_id: UUID
    joined_at: datetime
    consented_at: datetime


class PersonShown(BaseModel):
    """A person with their accounts."""

    person_id: UUID
    accounts: list[Account]


class NewPerson(PersonShown):
    """A new person; the token is shown this once and never to a tenant."""

    token: str


class NewToken(BaseModel):
    """The person's token from now on; it is shown this once."""

    token: str


class Expiring(BaseModel):
    """Points whose last day this is."""

    expires_on: date
    points: int


class Worth(BaseModel):
    """What the account's available points would buy of another account's, of which `fee_points` are the fee."""

    tenant: str
    points: int
    fee_points: int
    to_points: int


class AccountBalance(Account):
    """What is in an account. `expiring` are the available points whose last day is within 30 days."""

    as_of: datetime
    available: int
    held: int
    pending: int
    expiring_points: int
    expiring: list[Expiring]
    worth: list[Worth] = Field(description="Only where an agreement to exchange counts now.")


class Balances(BaseModel):
    """The person's accounts beside each other. Points of one tenant are not added to another's."""

    person_id: UUID
    accounts: list[AccountBalance]

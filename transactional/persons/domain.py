"""A person's token, and the refusals about persons.

Only the person holds the token. Tenants issue codes, each for its own member; whoever is given codes of several tenants
joins them and is told the token once. No tenant's key reads anything of a person, not even that there is one.

Problem
├── PersonTokenNeeded   401  the request carries no person's token
├── UnknownPerson       404  there is no such person, or none for who asks
├── UnknownAccount      404  the person has no such account
├── MemberHasPerson     409  the member's account is joined already
├── TenantJoined        409  the person has an account of that tenant already
└── TooManyAccounts     409  the person has as many accounts as there can be
"""

import re
import secrets
from typing import Final
from uuid import UUID

from transactional.problems import Problem

MAX_ACCOUNTS: Final = 20
_FORM = re.compile(r"pmr_[A-Za-z0-9_-]{43}")


class PersonTokenNeeded(Problem):
    """The request carries no person's token."""

    slug = "person-token-needed"
    title = "A person's token is needed"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "this is for the person alone: send the token of POST /v1/persons as `Authorization: Bearer pmr_…`"
        )


class UnknownPerson(Problem):
    """There is no such person, or none for who asks."""

    slug = "unknown-person"
    title = "No such person"
    status = 404

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"you know no person {person_id}; only the person's own token shows them")


class UnknownAccount(Problem):
    """The person has no such account."""

    slug = "unknown-account"
    title = "No such account"
    status = 404

    def __init__(self, member_id: UUID) -> None:
        super().__init__(f"the person has no account {member_id}; GET …/balances lists them")


class MemberHasPerson(Problem):
    """The member's account is joined already."""

    slug = "member-has-person"
    title = "The account is joined already"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "the account is joined with others already; let its tenant withdraw that consent first"
        )


class TenantJoined(Problem):
    """The person has an account of that tenant."""

    slug = "tenant-joined"
    title = "There is an account of this tenant already"
    status = 409

    def __init__(self) -> None:
        super().__init__("the person has an account of this tenant already; remove it first")


class TooManyAccounts(Problem):
    """The person has as many accounts as there can be."""

    slug = "too-many-accounts"
    title = "There are too many accounts"
    status = 409

    def __init__(self) -> None:
        super().__init__(f"a person joins at most {MAX_ACCOUNTS} accounts; remove one first")


def new_token() -> str:
    """Return a new person's token, 256 random bits strong."""
    return f"pmr_{secrets.token_urlsafe(32)}"


def is_token(text: str) -> bool:
    """Tell whether a text has the form of a person's token."""
    return _FORM.fullmatch(text) is not None

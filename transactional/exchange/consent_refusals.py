"""Refusals around what must be agreed on before points are exchanged: agreements of tenants, links of members.

Problem
├── UnknownPartner         404  no tenant has this code
├── UnknownAgreement       404  the tenant has no such agreement
├── AgreementEnded         409  it was ended, it cannot be accepted any more
├── AgreementOverlaps      409  another one of the same two tenants counts at the same time
├── NoAgreement            409  none counts now
├── LinkWithinTenant       409  the code is of a member of the same tenant
├── AlreadyLinked          409  one of the members has an active link with the other tenant
├── UnknownLink            404  the member has no such link
└── LinkWithdrawn          409  the consent was withdrawn
"""

from uuid import UUID

from transactional.problems import Problem


class UnknownPartner(Problem):
    """No tenant has this code."""

    slug = "unknown-partner"
    title = "No such tenant"
    status = 404

    def __init__(self, code: str) -> None:
        super().__init__(f"no other tenant has the code {code}; ask your partner for its code")


class UnknownAgreement(Problem):
    """The tenant has no such agreement."""

    slug = "unknown-agreement"
    title = "No such agreement"
    status = 404

    def __init__(self, agreement_id: UUID) -> None:
        super().__init__(
            f"your tenant has no agreement {agreement_id} it could do this with; "
            "GET /v1/exchanges/agreements lists yours"
        )


class AgreementEnded(Problem):
    """The agreement was ended and cannot be accepted any more."""

    slug = "agreement-ended"
    title = "The agreement has ended"
    status = 409

    def __init__(self) -> None:
        super().__init__("the agreement has ended; have a new one proposed")


class AgreementOverlaps(Problem):
    """Another agreement of the same two tenants counts at the same time."""

    slug = "agreement-overlaps"
    title = "Another agreement counts at the same time"
    status = 409

    def __init__(self, other: UUID) -> None:
        super().__init__(
            f"agreement {other} between the two of you counts at the same time; end it first",
            agreement_id=str(other),
        )


class NoAgreement(Problem):
    """No agreement of the two tenants counts now."""

    slug = "no-agreement"
    title = "There is no agreement that counts now"
    status = 409

    def __init__(self, partner: str) -> None:
        super().__init__(
            f"no agreement to exchange points with {partner} counts now; propose one, or let the partner accept it"
        )


class LinkWithinTenant(Problem):
    """The code is of a member of the same tenant."""

    slug = "link-within-tenant"
    title = "Both members are of the same tenant"
    status = 409

    def __init__(self) -> None:
        super().__init__("the code is of a member of your own; links join members of different tenants")


class AlreadyLinked(Problem):
    """One of the two members has an active link with the other tenant."""

    slug = "already-linked"
    title = "One of the members is linked already"
    status = 409

    def __init__(self) -> None:
        super().__init__("one of the two members has an active link with the other tenant; withdraw it first")


class UnknownLink(Problem):
    """The member has no such link."""

    slug = "unknown-link"
    title = "No such link"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            "your member has no such link; link it with a code of the other tenant (POST /v1/members/{id}/links)"
        )


class LinkWithdrawn(Problem):
    """The consent that two members are one person was withdrawn."""

    slug = "link-withdrawn"
    title = "The link is no longer active"
    status = 409

    def __init__(self) -> None:
        super().__init__("the link between the two members is no longer active; link them again first")

"""What is known of members, and the refusals about them."""

from typing import Literal
from uuid import UUID

from transactional.problems import Problem

# A coarse group that says how to begin with somebody unknown; it identifies nobody.
Profile = Literal["young", "family", "senior", "traveller"]


class UnknownMember(Problem):
    """The tenant has no such member."""

    slug = "unknown-member"
    title = "No such member"
    status = 404

    def __init__(self, member_id: UUID) -> None:
        super().__init__(
            f"your tenant has no member {member_id}; register it with POST /v1/members first",
            member_id=str(member_id),
        )


class MemberHasOpenBusiness(Problem):
    """Something of the member's is not finished."""

    slug = "member-has-open-business"
    title = "The member has open business"
    status = 409

    def __init__(self, redemptions: int, payments: int) -> None:
        super().__init__(
            f"{redemptions} redemptions and {payments} payments of the member are not finished; cancel or finish "
            "them first, then erase the member under a new Idempotency-Key",
            open_redemptions=redemptions,
            open_payments=payments,
        )


class NotErased(Problem):
    """No member of that id was erased."""

    slug = "not-erased"
    title = "No such erasure"
    status = 404

    def __init__(self, member_id: UUID) -> None:
        super().__init__(f"your tenant has erased no member {member_id}", member_id=str(member_id))

"""The refusal of an unknown member."""

from uuid import UUID

from transactional.problems import Problem


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

"""What a case may be about, when it is to be answered, and what can be refused about it.

Problem
├── UnknownCase        404  the tenant has no such case
├── CaseExists         409  the reference names a case with other particulars
├── NotTakenBack       409  the item is not taken back because somebody changed their mind
├── NotReplaceable     409  nothing of it can be sent again
├── UnderWay           409  its pieces are being replaced or refunded by another case
└── CaseDecided        409  the case was decided otherwise
"""

from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from transactional.problems import Problem

Type = Literal["complaint", "return", "exchange", "inquiry"]
Reason = Literal[
    "damaged", "wrong_item", "missing", "not_as_described", "late", "not_received", "code_unusable", "changed_mind",
    "other",
]  # fmt: skip
Outcome = Literal["refund", "replace", "reject", "settled"]
Responsibility = Literal["supplier", "carrier", "platform", "member"]

# People wait on holidays too: this clock never rests.
ANSWER_WITHIN: Final = timedelta(hours=24)


class UnknownCase(Problem):
    """The tenant has no such case."""

    slug = "unknown-case"
    title = "No such case"
    status = 404

    def __init__(self, case_id: UUID) -> None:
        super().__init__(
            f"your tenant has no case {case_id}; GET /v1/after-sales lists them", case_id=str(case_id)
        )


class CaseExists(Problem):
    """The reference names a case with other particulars."""

    slug = "case-exists"
    title = "The reference was used for another case"
    status = 409

    def __init__(self, reference: str, case_id: UUID) -> None:
        super().__init__(
            f"the reference {reference!r} names a case with other particulars; choose another",
            case_id=str(case_id),
        )


class NotTakenBack(Problem):
    """The item is not taken back because somebody changed their mind."""

    slug = "not-taken-back"
    title = "The item is not taken back"
    status = 409

    def __init__(self, item_id: UUID) -> None:
        super().__init__(
            f"item {item_id} is not taken back because somebody changed their mind, as its listing says; name other "
            "lines, or another reason if something is wrong with it",
            item_id=str(item_id),
        )


class NotReplaceable(Problem):
    """Nothing of what the case is about can be sent again."""

    slug = "not-replaceable"
    title = "It cannot be replaced"
    status = 409

    def __init__(self, case_id: UUID) -> None:
        super().__init__(
            f"what case {case_id} is about was refunded, or is a code, which nobody can take back; refund or settle it",
            case_id=str(case_id),
        )


class UnderWay(Problem):
    """Pieces of the case are being replaced or refunded by another case, and that is not done."""

    slug = "under-way"
    title = "The pieces are being replaced or refunded"
    status = 409

    def __init__(self, line_no: int, *, left: int, under_way: int, reference: str) -> None:
        super().__init__(
            f"pieces of line {line_no} ({under_way} of {left}) are being replaced or refunded by the case {reference!r}; "
            "wait until that is done, or settle or reject this case",
            line_no=line_no,
            left=left,
            under_way=under_way,
            reference=reference,
        )


class CaseDecided(Problem):
    """The case was decided otherwise."""

    slug = "case-decided"
    title = "The case is decided"
    status = 409

    def __init__(self, case_id: UUID, outcome: str, by: str) -> None:
        super().__init__(
            f"{by} has decided the case as {outcome}; open another case if more is to be done",
            case_id=str(case_id),
            outcome=outcome,
        )

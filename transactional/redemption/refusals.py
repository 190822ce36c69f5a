"""Why nothing, or not so much, of a redemption is given back."""

from transactional.problems import Problem


class RefundTooLarge(Problem):
    """More is to be refunded than is left."""

    slug = "refund-too-large"
    title = "Less is left to be refunded"
    status = 409

    def __init__(self, what: str, *, asked: int, left: int) -> None:
        super().__init__(f"{asked} of {what} were to be refunded and {left} are left", refundable=left)


class UnknownLine(Problem):
    """The redemption has no such line."""

    slug = "unknown-line"
    title = "No such line"
    status = 404

    def __init__(self, line_no: int) -> None:
        super().__init__(f"the redemption has no line {line_no}", line_no=line_no)


class RefundByLines(Problem):
    """A redemption of items is refunded by lines, one without items by points."""

    slug = "refund-by-lines"
    title = "The refund names the wrong thing"
    status = 422

    def __init__(self) -> None:
        super().__init__("refund a redemption of items by `lines`, and one without items by `points`")


class BeingReplaced(Problem):
    """Pieces are being replaced, so they are not given back."""

    slug = "being-replaced"
    title = "The pieces are being replaced"
    status = 409

    def __init__(self, line_no: int, *, replacing: int, left: int) -> None:
        super().__init__(
            f"{replacing} of the {left} pieces of line {line_no} are being replaced; refund the others by `lines`, or wait "
            "until the replacement has come",
            line_no=line_no,
            replacing=replacing,
            left=left,
        )

"""An invoice as a bookkeeper keeps it on paper: every entry is written down, and each question adds all of them up."""

from datetime import date


class Paper:
    """One invoice; entries are (kind, fen): credit, receipt or repayment."""

    def __init__(self, asked: int, due_on: date) -> None:
        self.asked = asked
        self.due_on = due_on
        self.entries: list[tuple[str, int]] = []

    def total(self, kind: str) -> int:
        return sum(fen for entered, fen in self.entries if entered == kind)

    @property
    def left(self) -> int:
        return self.asked - self.total("credit") - self.total("receipt") + self.total("repayment")

    def credit(self, fen: int) -> bool:
        """Give back no more than was asked, paid or not."""
        return self._enter("credit", fen, self.total("credit") + fen <= self.asked)

    def receive(self, fen: int) -> bool:
        return self._enter("receipt", fen, fen <= self.left)

    def repay(self, fen: int) -> bool:
        return self._enter("repayment", fen, fen <= -self.left)

    def state(self, today: date) -> str:
        if self.left <= 0:
            return "paid"
        if today > self.due_on:
            return "overdue"
        return "partially_paid" if self.total("receipt") > self.total("repayment") else "issued"

    def _enter(self, kind: str, fen: int, is_right: bool) -> bool:
        if is_right:
            self.entries.append((kind, fen))
        return is_right

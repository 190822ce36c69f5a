"""What a tenant's bills of the coming months come to if it goes on as told. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from transactional.fees.domain import Basis, Confirmed, TariffLine, amount_fen, month_after, spans


@dataclass(frozen=True)
class ForecastLine:
    """What a line of a month is expected to come to; `amount_fen` includes `waived_fen`."""

    month: date
    line: TariffLine
    quantity: int
    amount_fen: int
    waived_fen: int


def forecast(
    first: date, months: int, *, confirmed: Sequence[Confirmed], live_on: date, monthly: Mapping[Basis, int]
) -> list[ForecastLine]:
    """Return the lines of some months from one on.

    Args:
        live_on: when the tenant is or was live; its first month is waived.
        monthly: redemptions, pieces (of each line) and fen of cash in a whole month; a part of one has its share,
            rounded down.
    """
    found = []
    month = first
    for _ in range(months):
        days = (month_after(month) - month).days
        for span in spans(month, confirmed=confirmed, live_on=live_on):
            for line in span.tariff.lines:
                whole = monthly.get(line.basis, 0)
                quantity = span.days if line.basis == "month" else whole * span.days // days
                amount = amount_fen(line, quantity=quantity, first=span.first)
                found.append(ForecastLine(month, line, quantity, amount, amount if span.is_waived else 0))
        month = month_after(month)
    return found

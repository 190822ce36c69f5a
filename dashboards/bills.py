"""What only the mall itself knows of fees: its tariffs, and the bills to come."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from dashboards.mall import Mall, Told, ask
from dashboards.words import Language

FORECAST_MONTHS = 12


@dataclass(frozen=True)
class Bills:
    """The mall as one logged-in person reaches it. Every call may raise `MallAway` or `Refused`."""

    mall: Mall

    def tariffs(self) -> list[Told]:
        """Return all tariffs, by their first day, each with its lines and when it was confirmed."""
        return list(self._ask("/v1/tariffs", {})["tariffs"])

    def forecast(self) -> "Forecast":
        """Return what the coming bills come to if the mall goes on as it did."""
        told = self._ask("/v1/fees/forecast", {"months": FORECAST_MONTHS})
        rows = pd.DataFrame(told["lines"], columns=[*_LINE])
        return Forecast(
            rows.assign(month=pd.to_datetime(rows["month"]), due_fen=rows["amount_fen"] - rows["waived_fen"]),
            int(told["due_fen"]),
            int(told["waived_fen"]),
            told["assumed"],
        )

    def _ask(self, path: str, params: Told) -> Told:
        return ask(self.mall.url, self.mall.token, "GET", path, params)


_LINE = (
    "month",
    "line_code",
    "name_zh",
    "name_en",
    "basis",
    "rate",
    "quantity",
    "amount_fen",
    "waived_fen",
)


@dataclass(frozen=True)
class Forecast:
    """The coming bills: a row per month and tariff line, and what they come to (fen) after the waiver.

    `assumed` is what a whole month is taken to have: redemptions, cash_fen and pieces.
    """

    rows: pd.DataFrame
    due_fen: int
    waived_fen: int
    assumed: dict[str, Any]


def line_names(tariffs: list[Told], language: Language) -> dict[str, str]:
    """Return what the lines of tariffs are called by code, by the newest that has them."""
    return {line["line_code"]: line[f"name_{language}"] for tariff in tariffs for line in tariff["lines"]}


def unconfirmed(tariffs: list[Told]) -> list[Told]:
    """Return the tariffs that nobody confirmed and that no confirmed one has followed."""
    newest = max(
        (date.fromisoformat(tariff["valid_from"]) for tariff in tariffs if tariff["confirmed_on"]),
        default=date.min,
    )
    return [
        tariff
        for tariff in tariffs
        if not tariff["confirmed_on"] and date.fromisoformat(tariff["valid_from"]) >= newest
    ]

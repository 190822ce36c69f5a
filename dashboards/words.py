"""What the screens say: the catalogue in both languages, and numbers and dates as readers write them."""

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LANGUAGE_COOKIE = "pointmart_language"
NOTHING = "—"

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~$:&=]")
_WAN, _YI, _MILLION = 10_000, 100_000_000, 1_000_000
_FEN = 100


def choose_language(*wishes: str | None) -> Language:
    """Return the first wish that is a language of ours, else Chinese."""
    return next((cast(Language, wish) for wish in wishes if wish in LANGUAGES), "zh")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every text by key and language."""
    return tomllib.loads((files("dashboards") / "catalogue.toml").read_text(encoding="utf-8"))


def is_nought(change: float) -> bool:
    """Tell whether a rate or a change of one (0-1) is nought to the last decimal that can be shown."""
    return round(change * 100, 2) == 0


def _decimals(rate: float) -> int:
    """Return the decimals of a rate (0-1) in per cent: two if one would show a small rate as nought."""
    return 1 if round(rate * 100, 1) or is_nought(rate) else 2


def literally(text: str) -> str:
    """Return a name from the data so that Markdown shows it letter by letter."""
    return _MARKDOWN.sub(r"\\\g<0>", text)


class Words:
    """Says things in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its values put in."""
        return catalogue()[key][self.language].format(**values)

    def rate(self, value: float | None) -> str:
        """Return a rate (0-1) in per cent: 0.3421 is 34.2%, 0.0004 is 0.04%; only nought is 0.0%."""
        if value is None:
            return NOTHING
        if value > 0 and is_nought(value):
            return "<0.01%"
        return f"{value:.{_decimals(value)}%}"

    def goal(self, target: float) -> str:
        """Return a target rate (0-1) without a decimal it does not need: 0.3 is 30%."""
        return f"{target:.1%}".replace(".0%", "%")

    def change(self, points: float) -> str:
        """Return a change of a rate (0-1) in percentage points with its sign, or that there is none to see."""
        if is_nought(points):
            return self("unchanged")
        return self("percentage_points", points=f"{points * 100:+.{_decimals(points)}f}".replace("-", "−"))

    def count(self, value: float) -> str:
        """Return a number to read: thousands separated, large ones in 万 and 亿 or in millions."""
        if self.language == "zh" and abs(value) >= _YI:
            return f"{value / _YI:,.2f} 亿"
        if self.language == "zh" and abs(value) >= 10 * _WAN:
            return f"{value / _WAN:,.1f} 万"
        if self.language == "en" and abs(value) >= 10 * _MILLION:
            return f"{value / _MILLION:,.1f} M"
        return f"{value:,.0f}"

    def money(self, fen: float) -> str:
        """Return an amount of fen in yuan: whole ones from a hundred on, large ones as `count` has them."""
        yuan = fen / _FEN
        if abs(yuan) >= 100 or yuan == round(yuan):
            return self("yuan", amount=self.count(round(yuan)))
        return self("yuan", amount=f"{yuan:,.2f}")

    def signed(self, change: float, told: str) -> str:
        """Return an amount, told without its sign, as a change; none is unchanged."""
        if change == 0:
            return self("unchanged")
        return f"{'+' if change > 0 else '−'}{told}"

    def month(self, first_day: date) -> str:
        """Return a month: 2026年3月, Mar 2026."""
        if self.language == "zh":
            return f"{first_day.year}年{first_day.month}月"
        return f"{first_day:%b %Y}"

    def day(self, day: date) -> str:
        """Return a day: 2026年3月9日, 9 Mar 2026."""
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {day:%b %Y}"

    def short_day(self, day: date) -> str:
        """Return a day whose year is plain: 3月9日, 9 Mar."""
        return f"{day.month}月{day.day}日" if self.language == "zh" else f"{day.day} {day:%b}"

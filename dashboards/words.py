"""What the screens say: the catalogue in both languages, and numbers and dates as readers write them."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal, cast

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LANGUAGE_COOKIE = "pointmart_language"
NOTHING = "—"

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~$:&=]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
_WAN, _YI, _MILLION = 10_000, 100_000_000, 1_000_000
_FEN = 100
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


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


class _Grammar(Formatter):
    """Fills in values; `{n:order is|orders are}` stands for the first of two forms where a count is told as 1.

    A space stands between figures and Chinese, none within Chinese: 138.6 万元, but 138 元.
    """

    def vformat(self, format_string: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        told = ""
        for text, field, spec, _ in self.parse(format_string):
            told = _beside(told, text)
            if field is not None:
                told = _beside(told, self.format_field(kwargs[field], spec or ""))
        return told

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return one if str(value) == "1" else many


_GRAMMAR = _Grammar()


def _beside(before: str, after: str) -> str:
    """Return two texts in one, without the space between them that would stand within Chinese."""
    left, right = before.rstrip(" "), after.lstrip(" ")
    is_apart = len(before) + len(after) - len(left) - len(right) == 1
    return left + right if is_apart and _CHINESE.fullmatch(left[-1:] + right[:1]) else before + after


class Words:
    """Says things in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its values put in."""
        return _GRAMMAR.vformat(catalogue()[key][self.language], (), values)

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

    def exact_money(self, fen: float) -> str:
        """Return an amount of fen in yuan to the fen: what somebody pays is never rounded."""
        return self("yuan", amount=f"{fen / _FEN:,.2f}".replace("-", "−"))

    def relative(self, now: float, before: float) -> str | None:
        """Return a change in per cent of what was before with its sign; None where that was nothing."""
        if before <= 0:
            return None
        share = now / before - 1
        if is_nought(share):
            return self("unchanged")
        return f"{share * 100:+,.{_decimals(share)}f}%".replace("-", "−")

    @property
    def axis_numbers(self) -> str:
        """Return the Vega expression that writes the numbers along an axis as `count` does, but short."""
        if self.language == "zh":
            return (
                "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, ',.2~f') + ' 亿' : "
                "abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',.2~f') + ' 万' : format(datum.value, ',.2~f')"
            )
        return "abs(datum.value) >= 1e3 ? format(datum.value, '.3~s') : format(datum.value, ',.2~f')"

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

    def short_month(self, first_day: date) -> str:
        """Return a month where there is little room: 2026-03 in both languages."""
        return f"{first_day:%Y-%m}"

    def lag(self, lag: timedelta) -> str:
        """Return how long ago something was, in the largest whole unit: seconds, minutes, hours or days."""
        seconds = max(0, round(lag.total_seconds()))
        if seconds < _MINUTE:
            return self("seconds", count=seconds)
        if seconds < _HOUR:
            return self("minutes", count=seconds // _MINUTE)
        return (
            self("hours", count=seconds // _HOUR)
            if seconds < 2 * _DAY
            else self("days", count=seconds // _DAY)
        )

    def people(self, number: float) -> str:
        """Return how many people: 1,234 人, 1,234."""
        return _beside(self.count(number), " 人") if self.language == "zh" else self.count(number)

    def day(self, day: date) -> str:
        """Return a day: 2026年3月9日, 9 Mar 2026."""
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {day:%b %Y}"

    def short_day(self, day: date) -> str:
        """Return a day whose year is plain: 3月9日, 9 Mar."""
        return f"{day.month}月{day.day}日" if self.language == "zh" else f"{day.day} {day:%b}"

"""What brands and items may say of themselves, and why one is refused.

Problem
├── UnknownItem    404  the platform has no such item
├── UnknownBrand   404  the platform has no such brand
├── ItemExists     409  the code names an item with other particulars
├── BrandExists    409  the code names a brand with other particulars
└── KindFixed      409  an item stays of its kind
"""

import re
from typing import Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from transactional.problems import Problem

MAX_IMAGES: Final = 10
MAX_PRIORITY: Final = 1000

Kind = Literal["physical", "virtual", "service"]
Class = Literal["staple", "quality", "scarce"]
# What has to be heeded when an item is sold (a food or medical device licence, grown-ups only, never taken back), or
# carried (fragile, kept cold, not by air).
ComplianceFlag = Literal[
    "food_licence", "medical_device_licence", "adults_only", "no_return", "fragile", "cold_chain", "no_air"
]

_PRINTABLE = re.compile(r"[!-~]+")
_UNSAFE = frozenset("\"<>\\^`{|}'")
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_MOST_CHARACTERS = 500


class UnknownItem(Problem):
    """The platform has no such item."""

    slug = "unknown-item"
    title = "No such item"
    status = 404

    def __init__(self, item: UUID | str) -> None:
        super().__init__(f"the platform has no item {item}; GET /v1/items lists them", item=str(item))


class UnknownBrand(Problem):
    """The platform has no such brand."""

    slug = "unknown-brand"
    title = "No such brand"
    status = 404

    def __init__(self, brand: UUID | str) -> None:
        super().__init__(f"the platform has no brand {brand}; GET /v1/brands lists them", brand=str(brand))


class ItemExists(Problem):
    """The code names an item with other particulars."""

    slug = "item-exists"
    title = "The code is taken"
    status = 409

    def __init__(self, code: str, item_id: UUID) -> None:
        super().__init__(
            f"the code {code!r} names an item with other particulars; change that one or choose another code",
            item_id=str(item_id),
        )


class BrandExists(Problem):
    """The code names a brand with other particulars."""

    slug = "brand-exists"
    title = "The code is taken"
    status = 409

    def __init__(self, code: str, brand_id: UUID) -> None:
        super().__init__(
            f"the code {code!r} names a brand with other particulars; change that one or choose another code",
            brand_id=str(brand_id),
        )


class KindFixed(Problem):
    """An item stays of its kind: tenants opted in to it, and decided how it reaches members, by that."""

    slug = "item-kind-fixed"
    title = "The item's kind cannot change"
    status = 409

    def __init__(self, code: str, kind: str) -> None:
        super().__init__(
            f"item {code!r} is {kind} and stays it; what is of another kind is added as another item, under a new code"
        )


def check_image_url(text: str) -> str:
    """Return an address of an image that every browser may load: https, a public name, nothing that breaks a page.

    Raises:
        ValueError: it is none, with a sentence that says why.
    """
    if len(text) > _MOST_CHARACTERS or not _PRINTABLE.fullmatch(text) or _UNSAFE & set(text):
        raise ValueError(
            f"an image's address has at most {_MOST_CHARACTERS} characters, other than blanks and quotes percent-encoded"
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{text[:100]} is no address of an image") from error
    if parts.scheme != "https":
        raise ValueError(f"{text[:100]} does not begin with https://, which browsers ask for")
    if not _HOST.fullmatch(parts.hostname or "") or "@" in parts.netloc or port not in (None, 443):
        raise ValueError(
            f"{text[:100]} names no public host; write https://host.example/path without a user or a port"
        )
    return text

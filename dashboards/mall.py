"""The mall's API, asked and told in the name of the person who looks: their session fixes tenant and role there.

The screens write nothing themselves; what a planner decides is the mall's to check, to keep and to refuse.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import httpx
import streamlit as st

from dashboards.visitor import COOKIE

Told = dict[str, Any]
Decision = Literal["approved", "dismissed"]

_log = logging.getLogger(__name__)

# Reading takes some milliseconds; approving writes all purchase orders of a plan.
_READ_SECONDS = 3.0
_WRITE_SECONDS = 30.0
_PAGE = 500
_LINES_PAGE = 1000
_SHOWN_STATES = ("proposed", "edited", "approved", "dismissed")


class MallAway(Exception):
    """The mall does not answer, or not as it should; what was asked may or may not have been done."""


class Refused(Exception):
    """The mall refused, with a reason of its own.

    Attributes:
        slug: the last part of the problem's type, such as `holiday-plan-changed`.
        told: the whole problem document.
    """

    def __init__(self, slug: str, told: Mapping[str, Any]) -> None:
        super().__init__(f"{slug}: {told.get('detail', '')}")
        self.slug = slug
        self.told = told


@dataclass(frozen=True)
class Edit:
    """What a line of a plan is to be; no pieces strike it out, without a day it keeps its own."""

    item_id: str
    warehouse_id: str
    quantity: int
    order_by: date | None

    def document(self) -> Told:
        """Return the line as the mall takes it."""
        day = {} if self.order_by is None or not self.quantity else {"order_by": self.order_by.isoformat()}
        return {
            "item_id": self.item_id,
            "warehouse_id": self.warehouse_id,
            "quantity": self.quantity,
            **day,
        }


@dataclass(frozen=True)
class Mall:
    """The mall as one logged-in person reaches it. Every call may raise `MallAway` or `Refused`."""

    url: str
    token: str = field(repr=False)

    def plans(self, ends_from: date) -> list[Told]:
        """Return the plans of holidays that are not over on a day; those a newer release replaced are left out."""
        params = {"status": list(_SHOWN_STATES), "ends_from": ends_from.isoformat(), "limit": _PAGE}
        return [*self._pages("/v1/holiday-plans", "plans", params)]

    def lines(self, plan_id: str) -> list[Told]:
        """Return all lines of a plan."""
        return [*self._pages(f"/v1/holiday-plans/{plan_id}/lines", "lines", {"limit": _LINES_PAGE})]

    def orders(self, plan_id: str) -> list[Told]:
        """Return the purchase orders that the approval of a plan proposed."""
        params = {"origin": "holiday_plan", "origin_reference": plan_id, "limit": _PAGE}
        return [*self._pages("/v1/purchase-orders", "purchase_orders", params)]

    def edit(self, plan_id: str, edits: Sequence[Edit], *, if_revision: int, is_trial: bool = False) -> Told:
        """Change lines of a plan that is still at a revision, all or none; return the plan. A trial keeps nothing."""
        body = {"lines": [edit.document() for edit in edits], "if_revision": if_revision}
        path = f"/v1/holiday-plans/{plan_id}/lines"
        return self._ask("PATCH", path, {"dry_run": is_trial}, body, seconds=_WRITE_SECONDS)

    def decide(self, plan_id: str, decision: Decision, *, if_revision: int) -> Told:
        """Approve or dismiss a plan that is still at a revision; return the plan with its purchase orders' ids."""
        body = {"decision": decision, "if_revision": if_revision}
        return self._ask("POST", f"/v1/holiday-plans/{plan_id}/decision", {}, body, seconds=_WRITE_SECONDS)

    def _pages(self, path: str, name: str, params: Told) -> Iterator[Told]:
        return pages(self.url, self.token, path, name, params)

    def _ask(
        self,
        method: str,
        path: str,
        params: Told,
        body: Told | None = None,
        *,
        seconds: float = _READ_SECONDS,
    ) -> Told:
        return ask(self.url, self.token, method, path, params, body, seconds=seconds)


def pages(url: str, token: str, path: str, name: str, params: Told) -> Iterator[Told]:
    """Return all rows of a list that a service tells page by page, under a name in each page. Raises as `ask` does."""
    after: Told = {}
    while True:
        page = ask(url, token, "GET", path, params | after)
        yield from page[name]
        if page["next_after"] is None:
            return
        after = {"after": page["next_after"]}


def ask(
    url: str,
    token: str,
    method: str,
    path: str,
    params: Told,
    body: Told | None = None,
    *,
    content: bytes | None = None,
    seconds: float = _READ_SECONDS,
    headers: Mapping[str, str] | None = None,
) -> Told:
    """Ask one of the services something with a person's session, and return what it answers.

    Args:
        content: a file that is sent instead of a document.

    Raises:
        MallAway: it does not answer in time, or not as it should.
        Refused: it refused, and said why.
    """
    try:
        answer = _client(url).request(
            method,
            path,
            params=params,
            json=body,
            content=content,
            headers={"Authorization": f"Bearer {token}", **(headers or {})},
            timeout=seconds,
        )
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        _log.warning("%s %s: the service cannot be reached: %r", method, path, error)
        raise MallAway(str(error)) from error
    if answer.is_success:
        return dict(told)
    if answer.status_code >= 500 or "type" not in told:
        _log.error("%s %s: the service answered %s: %s", method, path, answer.status_code, answer.text[:500])
        raise MallAway(str(answer.status_code))
    raise Refused(str(told["type"]).rsplit(":", 1)[-1], told)


def mall_of_visitor() -> Mall:
    """Return the mall for whoever holds the session cookie of this page."""
    return Mall(st.secrets["pointmart"]["transactional_url"], st.context.cookies[COOKIE])


@st.cache_resource(max_entries=4, show_spinner=False, on_release=httpx.Client.close)
def _client(url: str) -> httpx.Client:
    # One for all visitors: it holds connections and nothing of anybody's; the mall sets no cookies.
    return httpx.Client(base_url=url, trust_env=False)

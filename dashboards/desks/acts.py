"""Who changed what the mall is run by, asked live in the name of whoever looks: their session fixes whose acts they see."""

from dataclasses import dataclass, field
from datetime import date

import streamlit as st

from dashboards.mall import Told, ask
from dashboards.visitor import COOKIE

MOST_ACTS = 1000


@dataclass(frozen=True)
class Asked:
    """Which acts are asked for; nothing is all of them. Days are business days, both included."""

    first_day: date
    last_day: date
    subject: str = ""
    actor: str = ""

    def params(self) -> Told:
        """Return it as the mall takes it."""
        days = {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}
        named = {"subject": self.subject, "actor": self.actor}
        return days | {name: value for name, value in named.items() if value} | {"limit": MOST_ACTS}


@dataclass(frozen=True)
class ActLog:
    """The log of acts. Every call may raise `MallAway` or `Refused`."""

    url: str
    token: str = field(repr=False)

    def own(self, asked: Asked) -> Told:
        """Return a page of acts in the visitor's own shop, the newest first."""
        return ask(self.url, self.token, "GET", "/v1/administrative-acts", asked.params())

    def of_platform(self, asked: Asked, tenant_id: str) -> Told:
        """Return a page of the platform's own acts, or of those in a tenant's shop; for the platform's own people."""
        whose = {"tenant_id": tenant_id} if tenant_id else {}
        return ask(self.url, self.token, "GET", "/v1/platform/administrative-acts", asked.params() | whose)


def act_log_of_visitor() -> ActLog:
    """Return the log for whoever holds the session cookie of this page."""
    return ActLog(st.secrets["pointmart"]["transactional_url"], st.context.cookies[COOKIE])

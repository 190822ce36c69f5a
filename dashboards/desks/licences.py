"""The platform's register of licences, asked and kept live, in the name of whoever looks."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import streamlit as st

from dashboards.mall import Told, ask
from dashboards.visitor import COOKIE

_PATH = "/v1/platform/licences"


@dataclass(frozen=True)
class LicenceDesk:
    """The register as one of the platform's own people reaches it. Every call may raise `MallAway` or `Refused`."""

    url: str
    token: str = field(repr=False)

    def licences(self) -> list[Told]:
        """Return every licence, what lapses first leading, with its open alert and its corrections."""
        return list(ask(self.url, self.token, "GET", _PATH, {})["licences"])

    def acknowledge(self, alert_id: str) -> None:
        """Note that the alert was seen; the first one stays."""
        ask(self.url, self.token, "POST", f"{_PATH}/alerts/{alert_id}/acknowledgement", {}, {})

    def register(self, kind: str, number: str, holder: str, first: date, last: date) -> None:
        """Register a licence, or the one that renews another of its kind."""
        body = {
            "kind": kind, "number": number, "holder": holder, "valid_from": first.isoformat(),
            "expires_on": last.isoformat(),
        }  # fmt: skip
        ask(self.url, self.token, "POST", _PATH, {}, body)

    def correct(self, licence_id: str, holder: str, first: date, last: date, reason: str) -> None:
        """Correct what was written down wrongly; what stood there is kept."""
        body = {
            "holder": holder, "valid_from": first.isoformat(), "expires_on": last.isoformat(), "reason": reason,
        }  # fmt: skip
        ask(self.url, self.token, "PATCH", f"{_PATH}/{licence_id}", {}, body)


def licence_desk_of_visitor() -> LicenceDesk:
    """Return the register for whoever holds the session cookie of this page."""
    return LicenceDesk(st.secrets["pointmart"]["transactional_url"], st.context.cookies[COOKIE])


def rows_of(told: list[Told]) -> pd.DataFrame:
    """Return one row per licence, in the order they were told: what lapses first leads, what is renewed comes last."""
    columns = ["licence_id", "kind", "licence_number", "holder", "valid_from", "expires_date", "days_left"]
    more = ["is_renewed", "is_open", "is_seen", "seen_by", "alert_id", "corrected"]
    rows = [
        {
            "licence_id": one["licence_id"],
            "kind": one["kind"],
            "licence_number": one["number"],
            "holder": one["holder"],
            "valid_from": one["valid_from"],
            "expires_date": one["expires_on"],
            "days_left": one["days_left"],
            "is_renewed": one["is_renewed"],
            "is_open": alert is not None,
            "is_seen": bool(alert and alert["acknowledged_at"]),
            "seen_by": (alert or {}).get("acknowledged_by") or "",
            "alert_id": (alert or {}).get("alert_id") or "",
            "corrected": len(one["corrections"]),
        }
        for one in told
        for alert in [one["open_alert"]]
    ]
    frame = pd.DataFrame(rows, columns=[*columns, *more])
    return frame.assign(
        valid_from=pd.to_datetime(frame["valid_from"]),
        expires_date=pd.to_datetime(frame["expires_date"]),
        is_open=frame["is_open"].astype(bool),
    )

"""The mall's campaigns, asked and told in the name of the person who looks."""

from dataclasses import dataclass, field

import streamlit as st

from dashboards.mall import Told, ask, pages
from dashboards.visitor import COOKIE

_PAGE = 500
_WRITE_SECONDS = 30.0


@dataclass(frozen=True)
class CampaignMall:
    """The mall as somebody who plans campaigns reaches it. Every call may raise `MallAway` or `Refused`."""

    url: str
    token: str = field(repr=False)

    def campaigns(self) -> list[Told]:
        """Return all campaigns with what is used of their budgets, the one that was drafted last leading."""
        return [*pages(self.url, self.token, "/v1/campaigns", "campaigns", {"limit": _PAGE})][::-1]

    def sales(self) -> list[Told]:
        """Return the flash sales that are to come or under way."""
        found = pages(self.url, self.token, "/v1/flash-sales", "sales", {"limit": _PAGE})
        return [sale for sale in found if sale["status"] in ("scheduled", "open", "sold_out")]

    def tiers(self) -> list[Told]:
        """Return the tiers of the program, lowest first."""
        return list(ask(self.url, self.token, "GET", "/v1/tiers", {})["tiers"])

    def draft(self, document: Told, *, is_trial: bool = False) -> Told:
        """Draft a campaign, once for a reference; return it. A trial keeps nothing."""
        return self._tell("/v1/campaigns", document, {"dry_run": is_trial})

    def edit(self, campaign_id: str, changes: Told, *, if_revision: int, is_trial: bool = False) -> Told:
        """Change terms of a draft that is still at a revision; return it. A trial keeps nothing."""
        path, params = f"/v1/campaigns/{campaign_id}", {"dry_run": is_trial}
        body = {**changes, "if_revision": if_revision}
        return ask(self.url, self.token, "PATCH", path, params, body, seconds=_WRITE_SECONDS)

    def approve(self, campaign_id: str, *, if_revision: int) -> Told:
        """Let a draft that is still at a revision run from its start on; return it."""
        return self._tell(f"/v1/campaigns/{campaign_id}/approval", {"if_revision": if_revision})

    def stop(self, campaign_id: str, reason: str) -> Told:
        """End a campaign before its time, or throw a draft away; return it."""
        return self._tell(f"/v1/campaigns/{campaign_id}/stop", {"reason": reason})

    def _tell(self, path: str, body: Told, params: Told | None = None) -> Told:
        return ask(self.url, self.token, "POST", path, params or {}, body, seconds=_WRITE_SECONDS)


def mall_of_visitor() -> CampaignMall:
    """Return the mall's campaigns for whoever holds the session cookie of this page."""
    return CampaignMall(st.secrets["pointmart"]["transactional_url"], st.context.cookies[COOKIE])

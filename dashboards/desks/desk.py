"""The mall's queues and what is decided at them, in the name of the person who looks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from dashboards.mall import Told, ask
from dashboards.visitor import COOKIE

Verdict = Literal["approve", "reject"]
RuleDecision = Literal["activation", "withdrawal"]

# So many rows a desk looks at; the counts of a queue are of all of it.
MOST_ROWS = 500
_WRITE_SECONDS = 30.0


@dataclass(frozen=True)
class Desk:
    """The mall as somebody at a desk reaches it. Every call may raise `MallAway` or `Refused`."""

    url: str
    token: str = field(repr=False)

    def queue(self) -> Told:
        """Return what is to be shipped and delivered, what is due first leading, with the counts of all of it."""
        return self._ask("GET", "/v1/fulfilment/queue", {"limit": MOST_ROWS})

    def cases(self) -> list[Told]:
        """Return the after-sales cases that nobody has answered, and those that are answered and not closed."""
        return [case for status in ("open", "answered") for case in self._cases(status)]

    def case(self, case_id: str) -> Told:
        """Return a case with what was said and done about it."""
        return self._ask("GET", f"/v1/after-sales/{case_id}", {})

    def answer(self, case_id: str, text: str) -> Told:
        """Tell the member something; the first answer stops the clock."""
        return self._ask("POST", f"/v1/after-sales/{case_id}/answers", {}, {"text": text})

    def decide(self, case_id: str, decision: Told, *, is_trial: bool = False) -> Told:
        """Decide a case; a refund gives points and cash back, once. A trial keeps nothing."""
        return self._ask("POST", f"/v1/after-sales/{case_id}/decision", {"dry_run": is_trial}, decision)

    def waiting(self) -> list[Told]:
        """Return the attempts that risk rules parked and a person can still decide about, the newest first."""
        return [*self._assessments({"is_waiting": True})]

    def verdicts(self) -> list[Told]:
        """Return the attempts that were not allowed, the newest first."""
        page = self._ask("GET", "/v1/risk/assessments", {"limit": MOST_ROWS})
        return list(page["assessments"])

    def rules(self) -> list[Told]:
        """Return the risk rules in force and those to come."""
        return list(self._ask("GET", "/v1/risk/rules", {})["rules"])

    def proposals(self) -> list[Told]:
        """Return the proposed rules that nobody has decided, the newest first."""
        return list(self._ask("GET", "/v1/risk/rules/proposals", {"is_open": True})["proposals"])

    def rule_acts(self) -> list[Told]:
        """Return what was done about rules, by whom and why, the newest first."""
        return list(self._ask("GET", "/v1/risk/rules/acts", {"limit": MOST_ROWS})["acts"])

    def propose(self, rule: Told, reason: str) -> None:
        """Propose a rule; nothing is judged by it before it is put in force."""
        self._ask("POST", "/v1/risk/rules/proposals", {}, {"rule": rule, "reason": reason})

    def decide_proposal(self, proposal_id: str, decision: RuleDecision, reason: str) -> None:
        """Put a proposed rule in force, or give it up."""
        self._ask("POST", f"/v1/risk/rules/proposals/{proposal_id}/{decision}", {}, {"reason": reason})

    def end_rule(self, rule_id: str, reason: str) -> None:
        """Let a rule count no longer."""
        self._ask("POST", f"/v1/risk/rules/{rule_id}/end", {}, {"reason": reason})

    def links(self, days: int, min_members: int) -> list[Told]:
        """Return the members that were first seen on a device that several of them share, by device."""
        asked = {"days": days, "min_members": min_members}
        return list(self._ask("GET", "/v1/risk/links", asked)["links"])

    def review(self, redemption_id: str, verdict: Verdict, reason: str, key: str) -> Told:
        """Let a parked redemption go on or stop it, at most once for a key."""
        path = f"/v1/redemptions/{redemption_id}/review"
        body = {"verdict": verdict, "reason": reason}
        return self._ask("POST", path, {}, body, headers={"Idempotency-Key": key})

    def _cases(self, status: str) -> Iterator[Told]:
        page = self._ask("GET", "/v1/after-sales", {"status": status, "limit": MOST_ROWS})
        yield from page["cases"]

    def _assessments(self, asked: Told) -> Iterator[Told]:
        page = self._ask("GET", "/v1/risk/assessments", asked | {"limit": MOST_ROWS})
        yield from page["assessments"]

    def _ask(
        self,
        method: str,
        path: str,
        params: Told,
        body: Told | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> Told:
        if body is None:
            return ask(self.url, self.token, method, path, params, headers=headers)
        return ask(self.url, self.token, method, path, params, body, seconds=_WRITE_SECONDS, headers=headers)


def desk_of_visitor() -> Desk:
    """Return the mall's queues for whoever holds the session cookie of this page."""
    return Desk(st.secrets["pointmart"]["transactional_url"], st.context.cookies[COOKIE])

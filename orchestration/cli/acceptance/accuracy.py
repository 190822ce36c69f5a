"""Redeems and refunds, reads it back by every way, and compares each field with what must be there."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.cli.acceptance.expectation import Expected, differences
from orchestration.cli.acceptance.listening import Listener
from orchestration.cli.acceptance.mall import Mall
from orchestration.cli.acceptance.measures import Found, none_of
from orchestration.cli.acceptance.preparing import Sandbox
from orchestration.cli.acceptance.reading import exported, ledger
from transactional.onboarding.domain import Measure
from transactional.onboarding.promises import FIELDS_OF_REDEMPTION

# How long is waited for all that is to be pushed.
_PUSHED_WITHIN = 60.0


@dataclass
class Comparison:
    """What was compared so far, and what was wrong, by what it is about.

    Attributes:
        to_be_pushed: what a system that listens must be told: redemption, topic and data.
    """

    compared: int = 0
    to_be_pushed: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(
        default_factory=lambda: {"redemption": [], "refund": [], "balance": [], "ledger": [], "webhook": []}
    )

    def compare(self, about: str, expected: Mapping[str, Any], told: Any, where: str) -> None:
        """Compare the fields of one answer."""
        self.compared += len(expected)
        self.wrong[about] += differences(expected, told, where)


async def compare_redemptions(
    mall: Mall, accounts: Sequence[Expected], sandbox: Sandbox, run: str, listener: Listener | None = None
) -> Found:
    """Let each member redeem two pieces; of each third, refund none, one or both. Compare everything that is told.

    Args:
        listener: what the mall pushes to; None compares what is asked for alone.
    """
    seen = Comparison()
    for number, account in enumerate(accounts):
        key = f"{run}-accuracy-{number}"
        made = await _redeem(mall, seen, account, sandbox, key)
        if made is not None and number % 3:
            await _refund(mall, seen, account, sandbox, made, key, quantity=number % 3)
        told = await mall.balance(account.member_id)
        seen.compare("balance", account.buckets, told.body, f"balance of {account.member_id}")
        seen.wrong["ledger"] += await ledger(mall, account)
    pushed = () if listener is None else await _compare_pushed(seen, listener)
    return Found(
        (
            Measure(
                "redemption_accuracy",
                "fields_compared",
                seen.compared,
                "at_least",
                FIELDS_OF_REDEMPTION * len(accounts),
            ),
            none_of("redemption_accuracy", "redemption_fields_wrong", len(seen.wrong["redemption"])),
            none_of("redemption_accuracy", "refund_fields_wrong", len(seen.wrong["refund"])),
            none_of("redemption_accuracy", "balance_fields_wrong", len(seen.wrong["balance"])),
            none_of("redemption_accuracy", "ledger_entries_wrong", len(seen.wrong["ledger"])),
            *pushed,
        ),
        tuple(line for lines in seen.wrong.values() for line in lines),
    )


async def _compare_pushed(seen: Comparison, listener: Listener) -> tuple[Measure, ...]:
    until = time.perf_counter() + _PUSHED_WITHIN
    missing = []
    for redemption_id, topic, expected in seen.to_be_pushed:
        told = await listener.data(redemption_id, topic, until)
        if told is None:
            missing.append(f"{topic} of {redemption_id} was not pushed within {_PUSHED_WITHIN:g} s")
        else:
            seen.compare("webhook", expected, told, f"{topic} of {redemption_id} as it was pushed")
    wrong = len(seen.wrong["webhook"])
    seen.wrong["webhook"] += missing
    return (
        none_of("redemption_accuracy", "webhooks_missing", len(missing)),
        none_of("redemption_accuracy", "webhook_fields_wrong", wrong),
        none_of("redemption_accuracy", "webhook_signatures_wrong", listener.forged),
    )


async def _redeem(mall: Mall, seen: Comparison, account: Expected, sandbox: Sandbox, key: str) -> str | None:
    quantity = 2
    points = quantity * sandbox.price_points
    answer = await mall.redeem(account.member_id, sandbox.item_id, quantity, key)
    if answer.status != 201:
        seen.wrong["redemption"].append(f"{key}: the mall refused ({answer.status} {answer.kind})")
        return None
    account.move("redeem", -points)
    redemption_id: str = answer.body.get("redemption_id", "")
    line = {
        "item_id": sandbox.item_id, "quantity": quantity, "unit_points": sandbox.price_points, "points": points,
    }  # fmt: skip
    whole = {
        "redemption_id": redemption_id, "member_id": account.member_id, "mode": "points", "status": "completed",
        "points": points,
    }  # fmt: skip
    first = whole | {"available_points": account.balance, "lines": [line]}
    seen.compare("redemption", first, answer.body, f"{key}: the answer")
    seen.to_be_pushed.append((redemption_id, "redemption.completed", first))
    fate = await mall.get("/v1/redemptions", idempotency_key=key)
    told = fate.body if isinstance(fate.body, dict) else {}
    seen.compare(
        "redemption", {"redemption_id": redemption_id, "response_status": 201}, told, f"{key}: its fate"
    )
    seen.compare("redemption", first, told.get("response"), f"{key}: the first answer again")
    await _read_back(mall, seen, "redemption", redemption_id, whole, line, refunded=(0, 0))
    data = await exported(mall, account.member_id)
    rows = (
        [] if data is None else [one for one in data["redemptions"] if one["redemption_id"] == redemption_id]
    )
    seen.compare("redemption", {"rows": 1}, {"rows": len(rows)}, f"{key}: the member's data")
    for row in rows:
        expected = {name: whole[name] for name in ("mode", "status", "points")} | {"cash_fen": 0}
        seen.compare("redemption", expected, row, f"{key}: the member's data")
    return redemption_id


async def _refund(
    mall: Mall,
    seen: Comparison,
    account: Expected,
    sandbox: Sandbox,
    redemption_id: str,
    key: str,
    *,
    quantity: int,
) -> None:
    points = quantity * sandbox.price_points
    body = {"reason": "acceptance", "lines": [{"line_no": 1, "quantity": quantity}], "restock": True}
    answer = await mall.post(f"/v1/redemptions/{redemption_id}/refunds", body, f"{key}-refund")
    if not answer.is_ok:
        seen.wrong["refund"].append(f"{key}: the refund was refused ({answer.status} {answer.kind})")
        return
    account.move("refund", points)
    status = "refunded" if quantity == 2 else "partially_refunded"
    whole = {
        "redemption_id": redemption_id, "member_id": account.member_id, "mode": "points", "status": status,
        "points": 2 * sandbox.price_points, "refunded_points": points, "refunded_cash_fen": 0,
    }  # fmt: skip
    told = whole | {"returned_points": points, "available_points": account.balance}
    seen.compare("refund", told, answer.body, f"{key}: the refund's answer")
    seen.to_be_pushed.append((redemption_id, f"redemption.{status}", told))
    line = {
        "item_id": sandbox.item_id, "quantity": 2, "unit_points": sandbox.price_points,
        "points": 2 * sandbox.price_points,
    }  # fmt: skip
    await _read_back(mall, seen, "refund", redemption_id, whole, line, refunded=(points, quantity))


async def _read_back(
    mall: Mall,
    seen: Comparison,
    about: str,
    redemption_id: str,
    whole: dict[str, Any],
    line: dict[str, Any],
    *,
    refunded: tuple[int, int],
) -> None:
    points, pieces = refunded
    expected = whole | {
        "fee_points": 0, "cash_points": 0, "cash_fen": 0, "refunded_points": points, "refunded_cash_fen": 0,
        "payment": None, "lines": [line | {"line_no": 1, "refunded_quantity": pieces}],
    }  # fmt: skip
    one = await mall.get(f"/v1/redemptions/{redemption_id}")
    seen.compare(about, expected, one.body, f"{redemption_id} by its id")
    page = await mall.get(f"/v1/members/{whole['member_id']}/redemptions")
    listed = page.body.get("redemptions", []) if isinstance(page.body, dict) else []
    found = next((row for row in listed if row.get("redemption_id") == redemption_id), None)
    seen.compare(about, expected, found, f"{redemption_id} in the member's list")

"""Reads an account back by every way there is: balance, statement, and the member's own data as a file."""

import json
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from orchestration.cli.acceptance.expectation import Expected, ledger_differences
from orchestration.cli.acceptance.mall import Mall


async def exported(mall: Mall, member_id: str) -> dict[str, Any] | None:
    """Return a member's own data as the mall exports it, or None if it does not come."""
    asked = await mall.post(f"/v1/members/{member_id}/exports")
    if not asked.is_ok:
        return None
    content = await mall.content(f"/v1/members/{member_id}/exports/{asked.body['export_id']}")
    if content is None:
        return None
    try:
        with ZipFile(BytesIO(content)) as file:
            told: dict[str, Any] = json.loads(file.read("data.json"))
    except (BadZipFile, KeyError, ValueError):
        return None
    return told


async def statement(mall: Mall, member_id: str) -> list[dict[str, Any]] | None:
    """Return all changes of a member's points, newest first, or None if they do not come."""
    found: list[dict[str, Any]] = []
    params: dict[str, str] = {"limit": "200"}
    while True:
        page = await mall.get(f"/v1/members/{member_id}/statement", **params)
        if not page.is_ok:
            return None
        found += page.body["transfers"]
        if page.body["next_cursor"] is None:
            return found
        params["cursor"] = page.body["next_cursor"]


async def ledger(mall: Mall, account: Expected) -> list[str]:
    """Return what is wrong with an account's entries and its statement, a line each."""
    where = f"ledger of {account.member_id}"
    data, told = await exported(mall, account.member_id), await statement(mall, account.member_id)
    if data is None or told is None:
        return [f"{where}: the member's data or statement does not come"]
    wrong = ledger_differences(account, data["entries"], where)
    stated = sorted((change["kind"], change["points"]) for change in told)
    if stated != sorted(account.transfers):
        wrong.append(f"{where}: the statement tells {len(stated)} changes, expected {len(account.transfers)}")
    return wrong

"""Members who are asked."""

from uuid import UUID

from tests.transactional.conftest import Client


async def agrees(client: Client, member: UUID, purpose: str, is_given: bool = True) -> None:
    """Record what a member says to a purpose."""
    body = {"purpose": purpose, "is_given": is_given, "text_version": "2026-03" if is_given else None}
    answer = await client.post(f"/v1/members/{member}/consents", json=body)
    assert answer.status_code in (200, 201), answer.text

"""Whose value a sealed one is."""

from uuid import UUID


def value_context(tenant_id: UUID, member_id: UUID, name: str) -> bytes:
    """Return whose value it is: moved to another member or name it does not open."""
    return b"attribute" + tenant_id.bytes + member_id.bytes + name.encode()

"""Whose reports there are: the tenants of a release."""

from dataclasses import dataclass
from uuid import UUID

import duckdb

from dashboards.release import NoRelease, Release

_TENANTS = "select tenant_id, code, name from release.marts.dim_tenant order by code"


class UnknownTenant(Exception):
    """No tenant of the release has this code."""


@dataclass(frozen=True)
class Tenant:
    """An enterprise as the release knows it."""

    tenant_id: UUID
    code: str
    name: str


def tenants(release: Release) -> list[Tenant]:
    """Return all tenants of a release, by code.

    Raises:
        NoRelease: its file is broken.
    """
    quoted = str(release.file).replace("'", "''")
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{quoted}' as release (read_only)")
            return [Tenant(*row) for row in connection.execute(_TENANTS).fetchall()]
    except duckdb.Error as error:
        raise NoRelease(f"{release.file} cannot be read") from error


def tenant_of(release: Release, code: str) -> Tenant:
    """Return the tenant of a code.

    Raises:
        UnknownTenant: none has it.
        NoRelease: the release is broken.
    """
    known = tenants(release)
    for tenant in known:
        if tenant.code == code:
            return tenant
    raise UnknownTenant(
        f"no tenant of the release has the code {code}; it has {', '.join(tenant.code for tenant in known) or 'none'}"
    )

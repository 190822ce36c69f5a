"""Takes tenants on, a dated step after another. Inside the caller's transaction, on the committer's connection."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from transactional.access.operations import issue_key
from transactional.clock import business_date
from transactional.database import Connection
from transactional.features.operations import switch_off_all_but
from transactional.onboarding.checks import before_live, before_tested, find_steps
from transactional.onboarding.domain import NotReady, QualificationLapsed, TenantExists, require_turn
from transactional.onboarding.presets import PRESETS
from transactional.tenants.domain import Program
from transactional.tenants.operations import NewTenant, change_program, create_tenant
from transactional.tenants.queries import program_of


@dataclass(frozen=True)
class Application:
    """A tenant that applies with its qualification (营业执照 or the like).

    Attributes:
        industry: which preset it starts with.
        qualification_expires_on: the last day its qualification is valid.
    """

    code: str
    name: str
    industry: str
    qualification_number: str
    qualification_expires_on: date
    applied_by: str


async def apply(
    connection: Connection, *, new: Application, request_hash: bytes, now: datetime
) -> tuple[UUID, str | None]:
    """Take an application: the tenant is created in test mode, with the program and features of its industry.

    Returns:
        Its id and its first API key; the key is None if the application was sent before, for it is told only once.

    Raises:
        TenantExists: the code belongs to another tenant.
        QualificationLapsed: there is none that is valid.
    """
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('applications', 0))")
    known = await connection.fetchrow(
        "select t.tenant_id, o.request_hash from mall.tenant t left join mall.onboarding o using (tenant_id) "
        "where t.code = $1",
        new.code,
    )
    if known is not None:
        if known["request_hash"] != request_hash:
            raise TenantExists(new.code)
        return known["tenant_id"], None
    if new.qualification_expires_on < business_date(now):
        raise QualificationLapsed(new.qualification_expires_on)
    preset = PRESETS[new.industry]
    tenant_id = await create_tenant(
        connection,
        NewTenant(
            new.code,
            new.name,
            new.industry,
            point_cost_fen_per_100=preset.point_cost_fen_per_100,
            is_live=False,
        ),
    )
    await change_program(connection, tenant_id=tenant_id, program=preset.program)
    await switch_off_all_but(
        connection, tenant_id=tenant_id, kept=preset.features, by=new.applied_by, now=now
    )
    await connection.execute(
        "insert into mall.onboarding (tenant_id, request_hash, applied_on, applied_by, qualification_number, "
        "qualification_expires_on) values ($1, $2, $3, $4, $5, $6)",
        tenant_id,
        request_hash,
        business_date(now),
        new.applied_by,
        new.qualification_number,
        new.qualification_expires_on,
    )
    return tenant_id, await issue_key(connection, tenant_id=tenant_id, label="first")


async def renew_qualification(
    connection: Connection, *, tenant_id: UUID, number: str, expires_on: date, by: str, now: datetime
) -> None:
    """Put a newer qualification in the place of the one there is; the same again changes nothing.

    Raises:
        NotOnboarding: the tenant has no application.
        QualificationLapsed: it is over.
    """
    await find_steps(connection, tenant_id=tenant_id, lock=True)
    if expires_on < business_date(now):
        raise QualificationLapsed(expires_on)
    await connection.execute(
        "update mall.onboarding set qualification_number = $2, qualification_expires_on = $3, renewed_by = $4, "
        "renewed_at = $5 where tenant_id = $1 and (qualification_number, qualification_expires_on) <> ($2, $3)",
        tenant_id,
        number,
        expires_on,
        by,
        now,
    )


async def configure(
    connection: Connection, *, tenant_id: UUID, program: Program | None, by: str, now: datetime
) -> None:
    """Settle the program: the preset's as it is, or another one. Until the tenant is live it may be done again.

    Rules that differ from those there are have not been tested, so whatever was passed by others is to be passed again.

    Raises:
        NotOnboarding, StepOutOfTurn: the tenant is not being taken on, or is live.
        ProgramRefused: the rules make no sense.
    """
    require_turn(await find_steps(connection, tenant_id=tenant_id, lock=True), "configure")
    is_new = program is not None and program != await program_of(connection, tenant_id=tenant_id)
    if program is not None and is_new:
        await change_program(connection, tenant_id=tenant_id, program=program)
    await connection.execute(
        # The database's clock, as for what the acceptance kit records.
        "update mall.onboarding set configured_on = $2, configured_by = $3, "
        "settled_at = case when $4 then clock_timestamp() else settled_at end, "
        "tested_on = case when not $4 then tested_on end, tested_by = case when not $4 then tested_by end "
        "where tenant_id = $1 and ($4 or configured_on is null)",
        tenant_id,
        business_date(now),
        by,
        is_new,
    )


async def pass_test(connection: Connection, *, tenant_id: UUID, by: str, now: datetime) -> None:
    """Note that the tenant accepted what its test members did in the sandbox.

    Raises:
        NotOnboarding, StepOutOfTurn: the tenant is not being taken on, or this is not its next step.
        NotReady: nothing was tried, or what was tried does not add up.
    """
    require_turn(await find_steps(connection, tenant_id=tenant_id, lock=True), "test")
    failed = [c for c in await before_tested(connection, tenant_id=tenant_id) if not c.is_met]
    if failed:
        raise NotReady("the test is passed", failed)
    await connection.execute(
        "update mall.onboarding set tested_on = $2, tested_by = $3 where tenant_id = $1",
        tenant_id,
        business_date(now),
        by,
    )


async def go_live(connection: Connection, *, tenant_id: UUID, by: str, now: datetime) -> None:
    """Open the mall: whoever registers from now on counts, and fees are charged after the first month.

    Raises:
        NotOnboarding, StepOutOfTurn: the tenant is not being taken on, or this is not its next step.
        NotReady: a check is not met.
    """
    require_turn(await find_steps(connection, tenant_id=tenant_id, lock=True), "live")
    today = business_date(now)
    failed = [c for c in await before_live(connection, tenant_id=tenant_id, now=now) if not c.is_met]
    if failed:
        raise NotReady("going live", failed)
    await connection.execute(
        "update mall.onboarding set live_on = $2, live_by = $3 where tenant_id = $1", tenant_id, today, by
    )
    await connection.execute("update mall.tenant set live_on = $2 where tenant_id = $1", tenant_id, today)

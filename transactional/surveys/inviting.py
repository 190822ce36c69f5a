"""Invites members to surveys, each once, when a redemption of theirs was delivered or completed."""

from transactional.database import tenant_transaction
from transactional.worker.job import JobContext

# Redemptions that changed since the last look, by the transactions that had ended then and now: what commits out of order
# is missed by neither look. Exchanges of points bring nothing that could be delivered.
_INVITE = """
with survey as (
    select * from mall.survey where tenant_id = $1 and survey_id = $2 and ended_at is null for update skip locked
), redeemed as (
    select distinct on (r.member_id) s.survey_id, r.member_id, r.redemption_id
    from survey s
    join mall.redemption r on r.tenant_id = s.tenant_id and r.xid >= s.looked_until
        and r.xid < pg_snapshot_xmin(pg_current_snapshot())
    join mall.member m on m.tenant_id = r.tenant_id and m.member_id = r.member_id and m.erased_at is null
    where r.mode <> 'exchange' and r.status in ('delivered', 'completed', 'partially_refunded')
        and case s.invites_after when 'completed' then r.completed_at
            else coalesce(r.delivered_at, r.completed_at) end >= s.opened_at
    order by r.member_id, r.redemption_id
), invited as (
    insert into mall.survey_invitation (tenant_id, survey_id, member_id, redemption_id, invited_at)
    select $1, survey_id, member_id, redemption_id, $3 from redeemed
    on conflict (tenant_id, survey_id, member_id) do nothing
    returning *
), looked as (
    update mall.survey s set looked_until = pg_snapshot_xmin(pg_current_snapshot())
    from survey where s.tenant_id = survey.tenant_id and s.survey_id = survey.survey_id
), told as (
    insert into mall.outbox (tenant_id, topic, subject_id, payload)
    select tenant_id, 'survey.invited', survey_id, jsonb_build_object('survey_id', survey_id, 'member_id', member_id,
        'redemption_id', redemption_id, 'invited_at', invited_at)
    from invited
)
select count(*) from invited
"""


async def invite_members(context: JobContext) -> int:
    """Invite whom a survey is for since the last look; return how many were invited."""
    surveys = await context.pools.committer.fetch(
        "select tenant_id, survey_id from mall.survey where ended_at is null and invites_after is not null"
    )
    invited = 0
    for tenant_id, survey_id in surveys:
        async with tenant_transaction(context.pools.api, tenant_id) as connection:
            invited += await connection.fetchval(_INVITE, tenant_id, survey_id, context.clock())
    return invited

"""Reads what was done to the rows that the mall is run by. Rows are written by the database alone."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from transactional.database import Connection

# A row is called as it is called now; what is gone has no name but what stood in it.
_ACTS = """
select act_id, acted_at, actor, actor_role, act, subject, subject_key, changed, coalesce(
    (select i.name from mall.item i where i.item_id = (subject_key ->> 'item_id')::uuid),
    (select b.name_zh from mall.brand b where b.brand_id = (subject_key ->> 'brand_id')::uuid),
    (select s.name from mall.supplier s where s.tenant_id = $1 and s.supplier_id = (subject_key ->> 'supplier_id')::uuid),
    (select w.name from mall.warehouse w
        where w.tenant_id = $1 and w.warehouse_id = (subject_key ->> 'warehouse_id')::uuid),
    (select s.name || ' · ' || i.name from mall.supplier_terms t
        join mall.supplier s using (tenant_id, supplier_id) join mall.item i using (item_id)
        where t.tenant_id = $1 and t.terms_id = (subject_key ->> 'terms_id')::uuid),
    (select i.name || coalesce(' · ' || w.name, '') from mall.stock_threshold t join mall.item i using (item_id)
        left join mall.warehouse w using (tenant_id, warehouse_id)
        where t.tenant_id = $1 and t.threshold_id = (subject_key ->> 'threshold_id')::uuid),
    (select l.number from mall.licence l where l.licence_id = (subject_key ->> 'licence_id')::uuid),
    (select f.reference from mall.tariff f where f.tariff_id = (subject_key ->> 'tariff_id')::uuid),
    (select e.url from mall.webhook_endpoint e
        where e.tenant_id = $1 and e.endpoint_id = (subject_key ->> 'endpoint_id')::uuid),
    (select n.name from mall.tenant n
        where subject in ('tenant', 'program', 'pilot', 'fulfilment_terms', 'onboarding') and n.tenant_id = $1)
) as subject_name
from mall.administrative_act
where tenant_id = $1 and ($2::text is null or subject = $2) and ($3::text is null or actor = $3)
    and ($4::uuid is null or act_id < $4) and ($6::date is null or acted_at >= $6::timestamp at time zone 'Asia/Shanghai')
    and ($7::date is null or acted_at < ($7 + 1)::timestamp at time zone 'Asia/Shanghai')
order by act_id desc limit $5
"""


async def acts_of(
    connection: Connection,
    *,
    tenant_id: UUID,
    subject: str | None,
    actor: str | None,
    before: UUID | None,
    limit: int,
    first_day: date | None,
    last_day: date | None,
) -> list[dict[str, Any]]:
    """Return acts on a tenant's rows, or on the platform's own under the nil tenant, the newest first; days are business days."""
    rows = await connection.fetch(_ACTS, tenant_id, subject, actor, before, limit, first_day, last_day)
    return [
        {**dict(row), "subject_key": json.loads(row["subject_key"]), "changed": json.loads(row["changed"])}
        for row in rows
    ]

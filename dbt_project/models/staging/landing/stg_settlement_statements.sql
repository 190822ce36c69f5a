with
    versions as (
        {{
            newest_version(
                source("landing", "settlement_statement"), ["tenant_id", "statement_id"]
            )
        }}
    )

select
    tenant_id,
    statement_id,
    party_kind,
    party_id,
    day as date,
    lines as line_count,
    quantity,
    owed_fen,
    stated_at,
    due_on,
    settled_at,
    recorded_at
from versions
where version_rank = 1

with versions as ({{ newest_version(source("landing", "fee"), ["tenant_id", "fee_id"]) }})

select
    tenant_id,
    fee_id,
    month as month_start,
    line_code,
    basis,
    rate,
    tariff_valid_from,
    confirmed_on,
    first_day,
    last_day,
    quantity,
    amount_fen,
    waived_fen,
    due_fen,
    charged_at,
    recorded_at
from versions
where version_rank = 1

with
    versions as (
        {{ newest_version(source("landing", "draw_prize"), ["tenant_id", "draw_id", "prize_no"]) }}
    )

select tenant_id, draw_id, prize_no, item_id, quantity, value_fen, awarded_count
from versions
where version_rank = 1

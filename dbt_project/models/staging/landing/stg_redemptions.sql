with
    versions as (
        {{
            newest_version(
                source("landing", "redemption"), ["tenant_id", "redemption_id", "effective_at"]
            )
        }}
    )

-- Rows landed before there were other modes were paid in points and never given back.
select
    tenant_id,
    redemption_id,
    member_id,
    coalesce(mode, 'points') as mode,
    status,
    points,
    coalesce(cash_points, 0) as cash_points,
    coalesce(cash_fen, 0) as cash_fen,
    coalesce(fee_points, 0) as fee_points,
    coalesce(refunded_points, 0) as refunded_points,
    coalesce(refunded_cash_fen, 0) as refunded_cash_fen,
    flash_sale_id,
    draw_id,
    bill_fen,
    effective_at,
    deadline,
    paid_at,
    shipped_at,
    delivered_at,
    completed_at,
    ended_at,
    cancel_reason,
    recorded_at
from versions
where version_rank = 1

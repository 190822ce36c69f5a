{{ config(tags=["whole_history"]) }}

-- A lot is credited once, by the transfer whose id it bears, and what remains of it is never
-- below zero nor above what was issued.
with
    lots as (select * from {{ ref("stg_lots") }}),
    entries as (select * from {{ ref("stg_entries") }}),
    movements as (
        select
            tenant_id,
            member_id,
            lot_id,
            sum(amount_points) as remaining_points,
            sum(case when transfer_id = lot_id then amount_points else 0 end) as credited_points
        from entries
        where account_kind = 'member'
        group by tenant_id, member_id, lot_id
    )

select
    coalesce(lots.tenant_id, movements.tenant_id) as tenant_id,
    coalesce(lots.lot_id, movements.lot_id) as lot_id,
    lots.issued_points,
    movements.credited_points,
    movements.remaining_points
from lots
full join
    movements
    on movements.tenant_id = lots.tenant_id
    and movements.member_id = lots.member_id
    and movements.lot_id = lots.lot_id
where
    lots.issued_points is distinct from movements.credited_points
    or movements.remaining_points < 0
    or movements.remaining_points > lots.issued_points

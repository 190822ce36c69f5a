{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_time": "active_from", "changed_views": ["lot"]},
    )
}}

with
    lots as (
        select * from {{ ref("stg_lots") }} where {{ on_changed_times("active_from", ["lot"]) }}
    ),
    members as (select * from {{ ref("int_counted_members") }})

select
    lots.tenant_id,
    lots.lot_id,
    lots.member_id,
    lots.issued_points,
    lots.active_from,
    lots.expires_on
from lots
inner join members on members.tenant_id = lots.tenant_id and members.member_id = lots.member_id

with
    alerts as (select * from {{ ref("stg_licence_alerts") }}),
    licences as (select * from {{ ref("stg_licences") }})

select
    alerts.alert_id,
    alerts.licence_id,
    licences.kind,
    licences.licence_number,
    licences.valid_from,
    licences.expires_on as expires_date,
    alerts.days_before,
    {{ business_date("alerts.opened_at") }} as opened_date,
    alerts.opened_at,
    alerts.acknowledged_at,
    alerts.closed_at,
    alerts.closed_at is null as is_open
from alerts
inner join licences on licences.licence_id = alerts.licence_id

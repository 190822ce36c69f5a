with
    alerts as (select * from {{ ref("stg_supplier_document_alerts") }}),
    documents as (select * from {{ ref("stg_supplier_documents") }})

select
    alerts.tenant_id,
    alerts.alert_id,
    alerts.document_id,
    documents.supplier_id,
    documents.kind,
    documents.expires_on as expires_date,
    alerts.days_before,
    {{ business_date("alerts.opened_at") }} as opened_date,
    alerts.opened_at,
    alerts.acknowledged_at,
    alerts.closed_at,
    alerts.closed_at is null as is_open
from alerts
inner join
    documents
    on documents.tenant_id = alerts.tenant_id
    and documents.document_id = alerts.document_id

with versions as ({{ newest_version(source("landing", "licence_alert"), ["alert_id"]) }})

select alert_id, licence_id, days_before, opened_at, acknowledged_at, closed_at, recorded_at
from versions
where version_rank = 1

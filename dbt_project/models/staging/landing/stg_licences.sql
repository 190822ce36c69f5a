with versions as ({{ newest_version(source("landing", "licence"), ["licence_id"]) }})

select licence_id, kind, number as licence_number, valid_from, expires_on, recorded_at
from versions
where version_rank = 1

select tenant_id, run_id, is_passed, started_at, finished_at, recorded_at
from {{ source("landing", "acceptance_run") }}

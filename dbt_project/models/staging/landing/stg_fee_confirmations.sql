select tenant_id, tariff_id, tariff_valid_from, confirmed_on, confirmed_at, recorded_at
from {{ source("landing", "fee_confirmation") }}

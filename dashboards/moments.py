"""Moments of the marts as the clocks of the mall show them."""

import pandas as pd

from dashboards.page import BUSINESS_ZONE


def with_moments(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose columns in `_at`, microseconds since 1970 UTC, are moments of the mall's own clocks.

    A query asks for `epoch_us(paid_at) as paid_at`: so no zone of a database or a machine has a say.
    """
    moments = {
        str(name): pd.to_datetime(rows[name], unit="us", utc=True)
        .dt.tz_convert(BUSINESS_ZONE)
        .dt.tz_localize(None)
        for name in rows
        if str(name).endswith("_at")
    }
    return rows.assign(**moments)

"""What members were shown and what came of it, as a file by which policies are judged."""

from pathlib import Path
from typing import Literal

import duckdb
from pyarrow import parquet

from orchestration import durable
from orchestration.refusal import Refusal
from orchestration.release.manifest import MARTS
from orchestration.sql import quoted

Reward = Literal["redeemed", "clicked"]

# A request that was logged twice shows each item and each place once: what came first.
_SHOWN = """
select
    impressions.request_id::varchar as request_id, impressions.member_id::varchar as member_id,
    impressions.item_id::varchar as item_id, impressions.position, impressions.policy, impressions.propensity,
    impressions.{column}::double as reward
from release.marts.fct_impressions impressions
join release.marts.dim_tenant tenant using (tenant_id)
where tenant.code = ?
qualify
    row_number() over (partition by tenant_id, request_id, item_id order by shown_at, event_id) = 1
    and row_number() over (partition by tenant_id, request_id, position order by shown_at, event_id) = 1
order by request_id, position
"""


class NoImpressions(Refusal):
    """A release holds no impression of a tenant."""


def write_impressions(release: Path, tenant: str, file: Path, reward: Reward) -> int:
    """Write a tenant's impressions as Parquet in the columns of `pointmart evaluate policy`; return the rows.

    Args:
        tenant: its code.
        reward: what is worth 1: that the item was redeemed within seven days, or clicked.

    Raises:
        NoImpressions: the release holds none of this tenant, or was published before there were any.
        OSError: the file cannot be written; a former one stays.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{quoted(release / MARTS)}' as release (read_only)")
        try:
            shown = connection.execute(_SHOWN.format(column=f"is_{reward}"), [tenant]).to_arrow_table()
        except duckdb.CatalogException as error:
            raise NoImpressions(
                f"release {release.name} was published before impressions were kept; run `pointmart pipeline run`"
            ) from error
    if not shown.num_rows:
        raise NoImpressions(
            f"release {release.name} holds no impression of a tenant with the code {tenant}; impressions are "
            "logged with POST /v1/events and reach the release with the next pipeline run"
        )
    with durable.written_whole(file) as temporary:
        parquet.write_table(shown, temporary, compression="zstd")
    return int(shown.num_rows)

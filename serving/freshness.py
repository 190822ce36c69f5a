"""How fresh the release in use is: what `releases/freshness.json` says beside the manifest."""

import logging
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from serving.database import Database
from serving.release import Manifest

_log = logging.getLogger(__name__)

# What is promised from a committed redemption to the screens.
LONGEST_LAG_SECONDS = 60.0

# Each answered by the index on its landing stamp: redemptions, points, and what members did.
_NEWER = """
select
    exists (select from export.redemption where {new}) or exists (select from export.entry where {new})
    or exists (select from export.event where {new}) or exists (select from export.member where {new})
    or exists (select from export.feedback where {new}) as is_behind
""".format(
    new="xid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(xid, $1::text::pg_snapshot)"
)


class Freshness(BaseModel):
    """Up to when a release is known to hold all that was committed, by the snapshot of it; times are UTC."""

    release_id: str
    snapshot: str
    complete_until: datetime


def freshness_of(manifest: Manifest, releases_dir: Path) -> Freshness:
    """Return how fresh a release is: as its manifest says, or later if nothing was committed since."""
    landing = manifest.landing
    told = Freshness(
        release_id=manifest.release_id,
        snapshot=landing.snapshot,
        complete_until=landing.complete_until or landing.landed_at,
    )
    try:
        noted = Freshness.model_validate_json((releases_dir / "freshness.json").read_bytes())
    except FileNotFoundError:
        return told
    except (OSError, ValidationError) as error:
        _log.warning("the file that says how fresh the release is cannot be read: %r", error)
        return told
    return noted if noted.release_id == told.release_id else told


async def is_behind(database: Database, freshness: Freshness) -> bool:
    """Return whether transactions were committed that the release lacks.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    (found,) = await database.rows(_NEWER, freshness.snapshot)
    return bool(found["is_behind"])

"""Which batches had been landed at the end of each business day: what tells what was known then."""

import json
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestration import durable
from orchestration.landing.cursor import BrokenCursor

_FILE = "days.json"
_BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def note_day(landing: Path, landed_at: datetime, next_batch: int) -> None:
    """Write down the first batch that is not landed yet; the last word of a day stands.

    Raises:
        BrokenCursor: what was written down before cannot be read.
        OSError: the disk is full or not writable; the old text stays.
    """
    days = {day.isoformat(): batch for day, batch in read_days(landing).items()}
    days[landed_at.astimezone(_BUSINESS_ZONE).date().isoformat()] = next_batch
    durable.write_text(landing / _FILE, json.dumps(dict(sorted(days.items())), indent=0) + "\n")


def read_days(landing: Path) -> dict[date, int]:
    """Return by Asia/Shanghai day on which something was landed the first batch of the days after it, in order.

    Raises:
        BrokenCursor: the file is damaged.
    """
    path = landing / _FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {date.fromisoformat(day): int(batch) for day, batch in sorted(found.items())}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError) as error:
        raise BrokenCursor(
            f"the file {path} is damaged; delete it, and figures as of days before today are no longer known"
        ) from error

"""When a promise is due: hours of the clock, which rests on announced business days."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from transactional.clock import BUSINESS_ZONE, business_date

Region = Literal["nationwide", "remote"]

SHIP_WITHIN: Final = timedelta(hours=48)
DELIVER_WITHIN: Final[dict[Region, timedelta]] = {
    "nationwide": timedelta(hours=48),
    "remote": timedelta(hours=72),
}
REMOTE_PROVINCES: Final = frozenset(
    {"新疆", "西藏", "青海", "甘肃", "宁夏", "内蒙古", "海南", "香港", "澳门", "台湾"}
)


def region_of(province: str) -> Region:
    """Return the region whose promise a province has."""
    return "remote" if province in REMOTE_PROVINCES else "nationwide"


def due_at(start: datetime, within: timedelta, rest_days: Collection[date]) -> datetime:
    """Return when a promise made at `start` is due, UTC.

    The clock stands still from midnight to midnight, Asia/Shanghai, on the days in `rest_days`.
    """
    moment, left = start.astimezone(UTC), within
    while True:
        day = business_date(moment)
        midnight = datetime.combine(day + timedelta(days=1), time(), BUSINESS_ZONE).astimezone(UTC)
        if day not in rest_days:
            if left <= midnight - moment:
                return moment + left
            left -= midnight - moment
        moment = midnight

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
_INSTANT = timedelta(microseconds=1)


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


def latest_start(due: datetime, within: timedelta, rest_days: Collection[date]) -> datetime:
    """Return the moment before which a promise was made if it is due before `due`, UTC: `due_at` the other way round.

    Whatever begins while the clock rests is due together: before `due` only if that lies in a later rest.
    """
    moment, left = due.astimezone(UTC), within
    is_resting = business_date(moment - _INSTANT) in rest_days
    while True:
        # A moment at midnight ends the day before.
        day = business_date(moment - _INSTANT)
        midnight = datetime.combine(day, time(), BUSINESS_ZONE).astimezone(UTC)
        if day not in rest_days:
            if left < moment - midnight or (is_resting and left == moment - midnight):
                return moment - left
            left -= moment - midnight
        moment = midnight

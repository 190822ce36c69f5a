"""What all reports say of themselves, and why there may be none."""

from dashboards.page import BUSINESS_ZONE
from dashboards.release import Release
from dashboards.words import Words


class NothingToReport(Exception):
    """The release has no figures of the period; the text says so to a person, in their language."""


def as_of(words: Words, release: Release) -> str:
    """Return up to when the figures of a release are complete."""
    complete = release.complete_until.astimezone(BUSINESS_ZONE)
    return words("as_of", moment=f"{words.day(complete.date())} {complete:%H:%M}")


def source(words: Words, release: Release) -> str:
    """Return which release the figures are from."""
    return words("report_source", release=release.release_id)

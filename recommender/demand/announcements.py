"""Campaigns of items as a covariate: on which days an item is promoted, as far as it was announced by then."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.covariates import Covariates
from recommender.demand.panel import Panel
from recommender.frames import require_columns, require_text

PROMOTION = "promotion"


@dataclass(frozen=True)
class Announcements:
    """Campaigns by item: the place of its series, first and last period, and the day of the announcement.

    All of (campaigns,); periods count from the panel's first day and may lie after its last.
    """

    series: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    announced: NDArray[np.datetime64]

    @classmethod
    def of(cls, campaigns: pd.DataFrame, panel: Panel) -> "Announcements":
        """Arrange campaigns (series_id, first_date, last_date, announced_date) of a daily panel's series.

        Raises:
            InvalidFrame: a column is missing or an id is not text.
        """
        require_columns(campaigns, ("series_id", "first_date", "last_date", "announced_date"))
        place = pd.Index(panel.series_ids).get_indexer(pd.Index(require_text(campaigns["series_id"])))
        first, last, announced = (
            pd.to_datetime(campaigns[name]).to_numpy(dtype="datetime64[D]")[place >= 0]
            for name in ("first_date", "last_date", "announced_date")
        )
        begin = panel.dates[0]
        return cls(
            place[place >= 0].astype(np.int64),
            (first - begin).astype(np.int64),
            (last - begin).astype(np.int64),
            announced,
        )

    def known_at(self, origin: date | None, periods: int, horizon: int, n_series: int) -> Covariates:
        """Return what was known of promotions after so many periods, and of `horizon` more; without campaigns, nothing.

        What has begun is known; what lies ahead is, if it was announced by the origin. Without an origin all is known.
        """
        if not len(self.series):
            return Covariates()
        promoted = np.zeros((n_series, periods + horizon))
        is_known = self.first < periods
        is_known |= True if origin is None else self.announced <= np.datetime64(origin, "D")
        for series, first, last in zip(
            self.series[is_known], self.first[is_known], self.last[is_known], strict=True
        ):
            promoted[series, max(first, 0) : max(last + 1, 0)] = 1.0
        return Covariates({PROMOTION: promoted}, frozenset({PROMOTION}))

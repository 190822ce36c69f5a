"""The forecasts as a file, one cutoff after another."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recommender.demand.model import QUANTILES, Forecast

_SCHEMA = pa.schema(
    [
        pa.field("cutoff", pa.date32(), nullable=False),
        pa.field("series_id", pa.string(), nullable=False),
        pa.field("date", pa.date32(), nullable=False),
        pa.field("mean", pa.float64(), nullable=False),
        *(pa.field(f"q{round(quantile * 100):02d}", pa.float64(), nullable=False) for quantile in QUANTILES),
    ]
)


class ForecastFile:
    """Takes the forecasts of one cutoff after another and counts their rows."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self.rows = 0

    def write(self, cutoff: date, series_ids: NDArray[np.object_], forecast: Forecast) -> None:
        """Append the forecasts (series, horizon) of a cutoff, by series and then by date."""
        series, horizon = forecast.mean.shape
        columns = [
            pa.array([cutoff] * (series * horizon), type=pa.date32()),
            pa.array(np.repeat(series_ids.astype(str), horizon), type=pa.string()),
            pa.array(np.tile(forecast.dates.astype("datetime64[D]"), series), type=pa.date32()),
            pa.array(forecast.mean.ravel()),
            *(pa.array(forecast.quantiles[..., place].ravel()) for place in range(len(QUANTILES))),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=_SCHEMA))
        self.rows += series * horizon


@contextmanager
def forecast_file(out: Path) -> Iterator[ForecastFile]:
    """Open the file; it is there whole when the block has ended, or not at all."""
    half = out.with_suffix(".half")
    with pq.ParquetWriter(half, _SCHEMA) as writer:
        yield ForecastFile(writer)
    half.replace(out)

"""Stock that expires before it is used, which nobody should count on.

What expires first goes out first, and is asked for as expected. Of batches in the order of their last days, with Q_k
pieces in the first k and D_k expected to be asked for up to the last day of the k-th, the pieces that are written off
are the highest Q_k - D_k, if above zero: each batch leaves what demand has not reached, and no later one brings it back.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.bootstrap import Floats
from recommender.frames import refuse_rows, require_columns, require_numbers, require_text


def written_off(
    keys: pd.MultiIndex,
    expiring: pd.DataFrame | None,
    expected: Floats,
    dates: NDArray[np.datetime64],
) -> Floats:
    """Return the pieces (lines,) of each line that are expected to expire within the days before they are used.

    `keys` are item and warehouse of each line, `expected` (lines, days) its mean demand on `dates`. `expiring`
    (item_id, warehouse_id, expires_on, quantity) are pieces in stock with the last day on which they can be used, a row
    per line and day; what is past is written off whole, what keeps beyond the last day not at all.

    Raises:
        InvalidFrame: a column is missing, a value cannot be used, or a batch is of none of the lines.
    """
    lost = np.zeros(len(keys))
    if expiring is None or expiring.empty:
        return lost
    require_columns(expiring, ("item_id", "warehouse_id", "expires_on", "quantity"))
    quantity = require_numbers(expiring["quantity"], at_least=0.0)
    rows = keys.get_indexer(
        pd.MultiIndex.from_arrays([require_text(expiring["item_id"]), require_text(expiring["warehouse_id"])])
    )
    refuse_rows(expiring["item_id"], rows < 0, "what expires must be of a line of the plan")
    day = pd.to_datetime(expiring["expires_on"]).to_numpy().astype("datetime64[D]")
    place = (day - dates[0]).astype(np.int64)
    in_order = np.lexsort((place, rows))
    rows, place, quantity = rows[in_order], place[in_order], quantity[in_order]
    so_far = quantity.cumsum()
    before = so_far - quantity
    first_of_row = np.searchsorted(rows, rows)
    so_far -= before[first_of_row]
    used = np.column_stack([np.zeros(len(keys)), expected.cumsum(axis=1)])
    within = place < len(dates)
    unused = so_far - used[rows, np.clip(place + 1, 0, len(dates))]
    np.maximum.at(lost, rows[within], unused[within])
    return lost

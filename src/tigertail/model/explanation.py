"""Why an item is listed: the groups of listeners that carry it, and their shares."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.signals.local import Listening
from tigertail.signals.local.groups import ELSEWHERE, group_name

WHY: Final = "why"
LEAST: Final = 0.005  # share below which a group goes unmentioned
_TYPE: Final = pl.List(pl.Struct({"group": pl.String, "name": pl.String, "share": pl.Float64}))


def explain(signal: Listening, query: int, items: NDArray[np.int32]) -> pl.Series:
    """Return the groups that carry each answer to a query, the largest share first.

    Returns
    -------
    polars.Series
        A list of structs with fields group (its key), name and share, one list an item.
    """
    shares = signal.shares(query, items)
    keys = [*signal.keys, ELSEWHERE]
    return pl.Series(WHY, [_carriers(keys, column) for column in shares.T], _TYPE)


def in_words(carriers: list[dict[str, Any]], most: int = 3) -> str:
    """Say in a few words which groups carry an answer.

    Examples
    --------
    >>> in_words([{"name": "Poland", "share": 0.61}, {"name": "elsewhere", "share": 0.39}])
    'Poland 61 %, elsewhere 39 %'
    """
    return ", ".join(
        f"{carrier['name']} {carrier['share']:.0%}".replace("%", " %") for carrier in carriers[:most]
    )


def _carriers(keys: list[str], shares: NDArray[np.float64]) -> list[dict[str, Any]]:
    order = [int(code) for code in np.argsort(-shares, kind="stable") if abs(shares[code]) >= LEAST]
    return [
        {"group": keys[code], "name": group_name(keys[code]), "share": float(shares[code])} for code in order
    ]

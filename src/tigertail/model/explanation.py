"""Why an item is listed: what carries it, how much, and the evidence in words.

Listening alone is told by the groups of listeners that carry it, everything else by the signals that do.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.mixing import Mixture
from tigertail.signals.contract import Signal, Telling
from tigertail.signals.local import Listening
from tigertail.signals.local.groups import ELSEWHERE, group_name

WHY: Final = "why"
MUCH: Final = 0.1  # share from which on it is said that signals add what they do not speak of
LEAST: Final = 0.005  # share below which nothing is mentioned
_GROUPS: Final = pl.List(pl.Struct({"group": pl.String, "name": pl.String, "share": pl.Float64}))
_SIGNALS: Final = pl.List(
    pl.Struct(
        {
            "signal": pl.String,
            "contribution": pl.Float64,
            "share": pl.Float64,
            "spoke": pl.Boolean,
            "evidence": pl.String,
        }
    )
)


def explain(name: str, signal: Signal, query: int, items: NDArray[np.int32]) -> pl.Series:
    """Return what carries each answer to a query, the largest share first, those that say nothing of it last.

    Parameters
    ----------
    name, signal
        The signal that answered.
    query, items
        Item codes.

    Returns
    -------
    polars.Series
        A list of structs, one list an item. Of listening the fields are group (its key), name and share; of
        the mixture, and of any other signal as a mixture of one, they are signal, contribution (these sum to
        the affinity), share, spoke (whether it says anything of the pair, or adds only what such an item may
        expect), and evidence, in words, "" where there is none.
    """
    if isinstance(signal, Listening):
        shares = signal.shares(query, items)
        keys = [*signal.keys, ELSEWHERE]
        return pl.Series(WHY, [_carriers(keys, column) for column in shares.T], _GROUPS)
    if isinstance(signal, Mixture):
        return _by_part(dict(signal.parts), *signal.contributions(query, items), query, items)
    affinity = signal.affinity(np.array([query], np.int32))[:, items].astype(np.float64)
    return _by_part({name: signal}, affinity, np.ones(affinity.shape, np.bool_), query, items)


def in_words(carriers: list[dict[str, Any]], most: int = 3) -> str:
    """Say in a few words what carries an answer.

    Examples
    --------
    >>> in_words([{"name": "Poland", "share": 0.61}, {"name": "elsewhere", "share": 0.39}])
    'Poland 61 %, elsewhere 39 %'
    >>> web = {"signal": "web", "share": 0.2, "spoke": True, "evidence": "mentioned together on 4 pages"}
    >>> print(in_words([web, {"signal": "listening", "share": 0.8, "spoke": False, "evidence": ""}]))
    web 20 %: mentioned together on 4 pages
    80 % is what such an item may expect of: listening
    """
    if not carriers or "signal" not in carriers[0]:
        return ", ".join(f"{carrier['name']} {_percent(carrier['share'])}" for carrier in carriers[:most])
    spoke = [carrier for carrier in carriers if carrier["spoke"]]
    told = [one for one in spoke if one["share"] >= LEAST and (one["evidence"] or one is spoke[0])]
    lines = [
        f"{one['signal']} {_percent(one['share'])}" + f": {one['evidence']}" * bool(one["evidence"])
        for one in told[:most]
    ]
    silent = [one for one in carriers if not one["spoke"] and one["share"] >= LEAST]
    expected = sum(one["share"] for one in silent)
    if expected >= MUCH:
        whose = ", ".join(one["signal"] for one in silent)
        lines.append(f"{_percent(expected)} is what such an item may expect of: {whose}")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _by_part(
    parts: dict[str, Signal],
    contributions: NDArray[np.float64],
    spoke: NDArray[np.bool_],
    query: int,
    items: NDArray[np.int32],
) -> pl.Series:
    total = contributions.sum(axis=0)
    shares = contributions / np.where(total != 0, total, 1)
    told = [
        part.tell(query, items) if isinstance(part, Telling) and len(items) else [""] * len(items)
        for part in parts.values()
    ]
    names = list(parts)
    rows = [
        [
            {
                "signal": names[part],
                "contribution": float(contributions[part, item]),
                "share": float(shares[part, item]),
                "spoke": bool(spoke[part, item]),
                "evidence": told[part][item],
            }
            for part in np.lexsort((-shares[:, item], ~spoke[:, item])).tolist()
        ]
        for item in range(len(items))
    ]
    return pl.Series(WHY, rows, _SIGNALS)


def _carriers(keys: list[str], shares: NDArray[np.float64]) -> list[dict[str, Any]]:
    order = [int(code) for code in np.argsort(-shares, kind="stable") if abs(shares[code]) >= LEAST]
    return [
        {"group": keys[code], "name": group_name(keys[code]), "share": float(shares[code])} for code in order
    ]

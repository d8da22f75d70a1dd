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
LEAST: Final = 0.005  # share below which nothing is mentioned
_GROUPS: Final = pl.List(pl.Struct({"group": pl.String, "name": pl.String, "share": pl.Float64}))
_SIGNALS: Final = pl.List(
    pl.Struct({"signal": pl.String, "contribution": pl.Float64, "share": pl.Float64, "evidence": pl.String})
)


def explain(name: str, signal: Signal, query: int, items: NDArray[np.int32]) -> pl.Series:
    """Return what carries each answer to a query, the largest share first.

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
        the affinity), share, and evidence, in words, "" where there is none.
    """
    if isinstance(signal, Listening):
        shares = signal.shares(query, items)
        keys = [*signal.keys, ELSEWHERE]
        return pl.Series(WHY, [_carriers(keys, column) for column in shares.T], _GROUPS)
    if isinstance(signal, Mixture):
        return _by_part(dict(signal.parts), signal.contributions(query, items), query, items)
    affinity = signal.affinity(np.array([query], np.int32))[:, items].astype(np.float64)
    return _by_part({name: signal}, affinity, query, items)


def in_words(carriers: list[dict[str, Any]], most: int = 3) -> str:
    """Say in a few words what carries an answer.

    Examples
    --------
    >>> in_words([{"name": "Poland", "share": 0.61}, {"name": "elsewhere", "share": 0.39}])
    'Poland 61 %, elsewhere 39 %'
    >>> in_words([{"signal": "web", "share": 1.0, "evidence": "mentioned together on 4 pages"}])
    'web 100 %: mentioned together on 4 pages'
    """
    if carriers and "signal" in carriers[0]:
        return "\n".join(
            f"{carrier['signal']} {_percent(carrier['share'])}"
            + f": {carrier['evidence']}" * bool(carrier["evidence"])
            for carrier in carriers[:most]
            if carrier["share"] >= LEAST and (carrier["evidence"] or carrier is carriers[0])
        )
    return ", ".join(f"{carrier['name']} {_percent(carrier['share'])}" for carrier in carriers[:most])


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _by_part(
    parts: dict[str, Signal], contributions: NDArray[np.float64], query: int, items: NDArray[np.int32]
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
                "evidence": told[part][item],
            }
            for part in np.argsort(-shares[:, item], kind="stable").tolist()
        ]
        for item in range(len(items))
    ]
    return pl.Series(WHY, rows, _SIGNALS)


def _carriers(keys: list[str], shares: NDArray[np.float64]) -> list[dict[str, Any]]:
    order = [int(code) for code in np.argsort(-shares, kind="stable") if abs(shares[code]) >= LEAST]
    return [
        {"group": keys[code], "name": group_name(keys[code]), "share": float(shares[code])} for code in order
    ]

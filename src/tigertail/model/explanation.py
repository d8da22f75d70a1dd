"""Why an item is listed: what carries it, how much, and the evidence in words.

Listening alone is told by the groups of listeners that carry it, everything else by the signals that do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.mixing import Mixture
from tigertail.mixing.mixture import Contributions
from tigertail.signals.contract import Explainable, Signal
from tigertail.signals.local import GroupedCoListening
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


@dataclass(frozen=True)
class Reasons:
    """Why each item is listed.

    Parameters
    ----------
    rows
        A list of carriers an item, the largest share first, those that say nothing of it last. Of listening a carrier
        has group (its key), name and share; of the mixture, and of any other signal as a mixture of one, signal,
        contribution (these sum to the affinity), share, spoke (whether it says anything of the pair, or adds only
        what such an item may expect), and evidence, in words, "" where there is none.
    kind
        The type of the rows as a column.
    """

    rows: list[list[dict[str, Any]]]
    kind: pl.DataType

    def column(self) -> pl.Series:
        """Return them as a column of lists of structs."""
        return pl.Series(WHY, self.rows, self.kind)


def explain(
    name: str,
    signal: Signal,
    seeds: NDArray[np.int32],
    items: NDArray[np.int32],
    called: Sequence[str] = (),
    contributions: Contributions | None = None,
) -> Reasons:
    """Say what carries each answer to a query.

    Parameters
    ----------
    name, signal
        The signal that answered.
    seeds, items
        Item codes: what was asked about, and the answers.
    called
        Names of the seeds, to say of several which one the evidence links to.
    contributions
        What the parts of a mixture add to each seed's affinities, where that was worked out already.
    """
    if isinstance(signal, GroupedCoListening):
        shares = _shares(signal, seeds, items)
        keys = [*signal.keys, ELSEWHERE]
        return Reasons([_carriers(keys, column) for column in shares.T], _GROUPS)
    parts = dict(signal.parts) if isinstance(signal, Mixture) else {name: signal}
    added = np.zeros((len(seeds), len(parts), len(items)))
    spoke = np.zeros(added.shape, np.bool_)
    for place, seed in enumerate(seeds.tolist()):
        if contributions is not None:
            added[place], spoke[place] = contributions(place, items)
        elif isinstance(signal, Mixture):
            added[place], spoke[place] = signal.contributions(seed, items)
        else:
            affinity = signal.affinity(np.array([seed], np.int32))[0, items]
            spoke[place] = affinity > -np.inf
            added[place] = np.where(spoke[place], affinity, 0)
    evidence = _evidence(parts, added, seeds, items, called)
    rows = _by_part(list(parts), added.mean(axis=0), np.asarray(spoke.any(axis=0)), evidence)
    return Reasons(rows, _SIGNALS)


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


def _shares(
    signal: GroupedCoListening, seeds: NDArray[np.int32], items: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return the groups' shares of the affinity from all seeds together; float64, (groups + 1, items)."""
    by_seed = np.array([signal.shares(seed, items) for seed in seeds.tolist()])
    if len(seeds) == 1:
        return np.asarray(by_seed[0])
    affinity = signal.affinity(seeds)[:, items].astype(np.float64)
    affinity[~np.isfinite(affinity)] = 0
    total = affinity.sum(axis=0)
    return np.asarray((by_seed * affinity[:, None]).sum(axis=0) / np.where(total != 0, total, 1))


def _evidence(
    parts: Mapping[str, Signal],
    added: NDArray[np.float64],
    seeds: NDArray[np.int32],
    items: NDArray[np.int32],
    called: Sequence[str],
) -> list[list[str]]:
    """Return each part's words for each item, of the seed after which the part says most."""
    words = []
    for place, part in enumerate(parts.values()):
        strongest = added[:, place].argmax(axis=0)
        phrases = [""] * len(items)
        for row in np.unique(strongest).tolist():
            if not isinstance(part, Explainable):
                break
            asked = np.flatnonzero(strongest == row)
            for item, phrase in zip(asked.tolist(), part.tell(int(seeds[row]), items[asked]), strict=True):
                whose = f"{called[row]}: " if len(seeds) > 1 and len(called) and phrase else ""
                phrases[item] = whose + phrase
        words.append(phrases)
    return words


def _by_part(
    names: list[str],
    contributions: NDArray[np.float64],
    spoke: NDArray[np.bool_],
    evidence: list[list[str]],
) -> list[list[dict[str, Any]]]:
    total = contributions.sum(axis=0)
    shares = contributions / np.where(total != 0, total, 1)
    order = np.lexsort((-shares, ~spoke), axis=0)
    added, share, said = contributions.T.tolist(), shares.T.tolist(), spoke.T.tolist()
    return [
        [
            {
                "signal": names[part],
                "contribution": added[item][part],
                "share": share[item][part],
                "spoke": said[item][part],
                "evidence": evidence[part][item],
            }
            for part in order[:, item].tolist()
        ]
        for item in range(contributions.shape[1])
    ]


def _carriers(keys: list[str], shares: NDArray[np.float64]) -> list[dict[str, Any]]:
    order = [int(code) for code in np.argsort(-shares, kind="stable") if abs(shares[code]) >= LEAST]
    return [
        {"group": keys[code], "name": group_name(keys[code]), "share": float(shares[code])} for code in order
    ]

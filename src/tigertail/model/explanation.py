"""Why an item is listed: what contributes to its affinity, how much, and the evidence in words.

A signal that is a sum over groups of listeners is explained by the groups, everything else by its signals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.signals.contract import Composite, Contributions, Explainable, ExplainedByGroup, Signal
from tigertail.signals.local.groups import ELSEWHERE, group_name

WHY: Final = "why"
MIN_PRIOR_SHARE: Final = 0.1  # share from which on the popularity prior is mentioned
MIN_SHARE: Final = 0.005  # share below which nothing is mentioned
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
        A list of carriers for each item, the largest share first, those without data about the pair last. A carrier
        of listening has group (its key), name and share. A carrier of the mixture, or of any other signal as a
        mixture of one, has signal, contribution (these sum to the affinity), share, spoke (whether it has data
        about the pair, or adds the popularity prior alone), and evidence, in words, "" where there is none.
    dtype
        The type of the rows as a column.
    """

    rows: list[list[dict[str, Any]]]
    dtype: pl.DataType

    def column(self) -> pl.Series:
        """Return them as a column of lists of structs."""
        return pl.Series(WHY, self.rows, self.dtype)


def explain(
    name: str,
    signal: Signal,
    seeds: NDArray[np.int32],
    items: NDArray[np.int32],
    seed_names: Sequence[str] = (),
    contributions: Contributions | None = None,
) -> Reasons:
    """Return what contributes to each answer to a query.

    Parameters
    ----------
    name, signal
        The signal that answered.
    seeds, items
        Item codes of the query, and of the answers.
    seed_names
        Names of the seeds, to name the one that the evidence links to where there are several.
    contributions
        What the parts of a mixture add to each seed's affinities, where that is computed already.
    """
    if isinstance(signal, ExplainedByGroup):
        shares = _shares(signal, seeds, items)
        keys = [*signal.keys, ELSEWHERE]
        return Reasons([_carriers(keys, column) for column in shares.T], _GROUPS)
    parts = dict(signal.parts) if isinstance(signal, Composite) else {name: signal}
    added = np.zeros((len(seeds), len(parts), len(items)))
    spoke = np.zeros(added.shape, np.bool_)
    for place, seed in enumerate(seeds.tolist()):
        if contributions is not None:
            added[place], spoke[place] = contributions(place, items)
        elif isinstance(signal, Composite):
            added[place], spoke[place] = signal.contributions(seed, items)
        else:
            affinity = signal.affinity(np.array([seed], np.int32))[0, items]
            spoke[place] = affinity > -np.inf
            added[place] = np.where(spoke[place], affinity, 0)
    evidence = _evidence(parts, added, seeds, items, seed_names)
    rows = _by_part(list(parts), added.mean(axis=0), np.asarray(spoke.any(axis=0)), evidence)
    return Reasons(rows, _SIGNALS)


def format_reasons(carriers: list[dict[str, Any]], most: int = 3) -> str:
    """Format in a few words what contributes to an answer.

    Examples
    --------
    >>> format_reasons([{"name": "Poland", "share": 0.61}, {"name": "elsewhere", "share": 0.39}])
    'Poland 61 %, elsewhere 39 %'
    >>> web = {"signal": "web", "share": 0.2, "spoke": True, "evidence": "mentioned together on 4 pages"}
    >>> print(format_reasons([web, {"signal": "listening", "share": 0.8, "spoke": False, "evidence": ""}]))
    web 20 %: mentioned together on 4 pages
    80 % popularity prior (no listening data for this pair)
    """
    if not carriers or "signal" not in carriers[0]:
        return ", ".join(f"{carrier['name']} {_percent(carrier['share'])}" for carrier in carriers[:most])
    spoke = [carrier for carrier in carriers if carrier["spoke"]]
    shown = [one for one in spoke if one["share"] >= MIN_SHARE and (one["evidence"] or one is spoke[0])]
    lines = [
        f"{one['signal']} {_percent(one['share'])}" + f": {one['evidence']}" * bool(one["evidence"])
        for one in shown[:most]
    ]
    silent = [one for one in carriers if not one["spoke"] and one["share"] >= MIN_SHARE]
    prior = sum(one["share"] for one in silent)
    if prior >= MIN_PRIOR_SHARE:
        *most_names, last = (one["signal"] for one in silent)
        names = f"{', '.join(most_names)} or {last}" if most_names else last
        lines.append(f"{_percent(prior)} popularity prior (no {names} data for this pair)")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _shares(
    signal: ExplainedByGroup, seeds: NDArray[np.int32], items: NDArray[np.int32]
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
    seed_names: Sequence[str],
) -> list[list[str]]:
    """Return each part's evidence for each item, from the seed to which the part adds most."""
    evidence = []
    for place, part in enumerate(parts.values()):
        strongest = added[:, place].argmax(axis=0)
        phrases = [""] * len(items)
        for row in np.unique(strongest).tolist():
            if not isinstance(part, Explainable):
                break
            chosen = np.flatnonzero(strongest == row)
            for item, phrase in zip(
                chosen.tolist(), part.explain(int(seeds[row]), items[chosen]), strict=True
            ):
                of_seed = f"{seed_names[row]}: " if len(seeds) > 1 and len(seed_names) and phrase else ""
                phrases[item] = of_seed + phrase
        evidence.append(phrases)
    return evidence


def _by_part(
    names: list[str],
    contributions: NDArray[np.float64],
    spoke: NDArray[np.bool_],
    evidence: list[list[str]],
) -> list[list[dict[str, Any]]]:
    total = contributions.sum(axis=0)
    shares = contributions / np.where(total != 0, total, 1)
    order = np.lexsort((-shares, ~spoke), axis=0)
    added, share, has_data = contributions.T.tolist(), shares.T.tolist(), spoke.T.tolist()
    return [
        [
            {
                "signal": names[part],
                "contribution": added[item][part],
                "share": share[item][part],
                "spoke": has_data[item][part],
                "evidence": evidence[part][item],
            }
            for part in order[:, item].tolist()
        ]
        for item in range(contributions.shape[1])
    ]


def _carriers(keys: list[str], shares: NDArray[np.float64]) -> list[dict[str, Any]]:
    order = [int(code) for code in np.argsort(-shares, kind="stable") if abs(shares[code]) >= MIN_SHARE]
    return [
        {"group": keys[code], "name": group_name(keys[code]), "share": float(shares[code])} for code in order
    ]

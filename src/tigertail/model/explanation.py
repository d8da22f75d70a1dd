"""Why an item is listed: what contributes to its affinity, how much, and the evidence in words.

A signal that is a sum over groups of listeners is explained by the groups, everything else by its signals. The log
affinity of a mixture is a sum over its signals, so each multiplies the affinity by a factor; the rest is the prior,
what an item of its popularity may expect.
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
PRIOR: Final = "prior"
PRIOR_EVIDENCE: Final = "what an item of its popularity may expect"
MIN_SHARE: Final = 0.005  # share below which nothing is mentioned
_GROUPS: Final = pl.List(pl.Struct({"group": pl.String, "name": pl.String, "share": pl.Float64}))
_SIGNALS: Final = pl.List(
    pl.Struct(
        {
            "signal": pl.String,
            "contribution": pl.Float64,
            "factor": pl.Float64,
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
        of listening has group (its key), name and share. A carrier of the mixture has signal, contribution, factor
        (e to the power of the contribution), share (of all contributions above 0), spoke (whether it has data about
        the pair) and evidence, in words, "" where there is none; the last is the prior, and the contributions sum to
        the log affinity. Of any other signal there is one carrier, whose contribution is the affinity, without factor.
    dtype
        The type of the rows as a column.
    """

    rows: list[list[dict[str, Any]]]
    dtype: pl.DataType

    def column(self) -> pl.Series:
        """Return them as a column of lists of structs."""
        sizes = {len(row) for row in self.rows}
        if len(sizes) != 1 or sizes == {0}:
            return pl.Series(WHY, self.rows, self.dtype)
        # Of one length, as those of a mixture are: field by field, which costs a quarter.
        assert isinstance(self.dtype, pl.List)
        assert isinstance(self.dtype.inner, pl.Struct)
        carriers = [carrier for row in self.rows for carrier in row]
        fields = [
            pl.Series(field.name, [carrier[field.name] for carrier in carriers], field.dtype)
            for field in self.dtype.inner.fields
        ]
        return pl.DataFrame(fields).to_struct(WHY).reshape((len(self.rows), -1)).arr.to_list()


def explain(
    name: str,
    signal: Signal,
    seeds: NDArray[np.int32],
    items: NDArray[np.int32],
    seed_names: Sequence[str] = (),
    affinities: NDArray[np.float32] | None = None,
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
    affinities, contributions
        The affinity of each seed to the answers, float32, (seeds, items), and what the parts of a mixture add to it,
        where they are computed already.
    """
    if isinstance(signal, ExplainedByGroup):
        shares = _shares(signal, seeds, items)
        keys = [*signal.keys, ELSEWHERE]
        return Reasons([_carriers(keys, column) for column in shares.T], _GROUPS)
    if isinstance(signal, Composite):
        if affinities is None or contributions is None:
            of_all, contributions = signal.affinity_with_contributions(seeds)
            affinities = of_all[:, items]
        rows = _factors(signal, affinities, contributions, seeds, items, seed_names)
        return Reasons(rows, _SIGNALS)
    found = signal.affinity(seeds)[:, items] if affinities is None else affinities
    found = found.astype(np.float64)
    spoke = found > -np.inf
    added = np.where(spoke, found, 0)[:, None]
    evidence = _evidence({name: signal}, added, seeds, items, seed_names)
    return Reasons(
        _alone(name, added[:, 0].mean(axis=0), np.asarray(spoke.any(axis=0)), evidence[0]), _SIGNALS
    )


def format_reasons(carriers: list[dict[str, Any]], most: int = 3) -> str:
    """Format in a few words what contributes to an answer.

    Examples
    --------
    >>> format_reasons([{"name": "Poland", "share": 0.61}, {"name": "elsewhere", "share": 0.39}])
    'Poland 61 %, elsewhere 39 %'
    >>> web = {"signal": "web", "factor": 3.2, "share": 0.4, "spoke": True, "evidence": "mentioned on 4 pages"}
    >>> print(format_reasons([web, {"signal": "prior", "factor": 1e-4, "share": 0, "spoke": True, "evidence": ""}]))
    web x 3.2: mentioned on 4 pages
    """
    if not carriers or "signal" not in carriers[0]:
        return ", ".join(f"{carrier['name']} {_percent(carrier['share'])}" for carrier in carriers[:most])
    spoke = [carrier for carrier in carriers if carrier["spoke"] and carrier["share"] >= MIN_SHARE]
    shown = [one for one in spoke if one["evidence"] or one is spoke[0]]
    return "\n".join(
        f"{one['signal']} {_weight(one)}" + f": {one['evidence']}" * bool(one["evidence"])
        for one in shown[:most]
    )


def _weight(carrier: dict[str, Any]) -> str:
    factor = carrier["factor"]
    if factor is None:
        return _percent(carrier["share"])
    return f"x {factor:,.0f}" if factor >= 10 else f"x {factor:.1f}"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _factors(
    signal: Composite,
    affinities: NDArray[np.float32],
    contributions: Contributions,
    seeds: NDArray[np.int32],
    items: NDArray[np.int32],
    seed_names: Sequence[str],
) -> list[list[dict[str, Any]]]:
    """Return the carriers of a mixture; after several seeds each counts as much as it has of the affinity."""
    names = [*signal.parts, PRIOR]
    found = np.where(np.isfinite(affinities), affinities, 0).astype(np.float64)
    total = found.sum(axis=0)
    share_of_seed = found / np.where(total > 0, total, 1)
    added = np.zeros((len(seeds), len(names), len(items)))
    spoke = np.ones(added.shape, np.bool_)
    for place in range(len(seeds)):
        added[place, :-1], spoke[place, :-1] = contributions(place, items)
    evidence = [
        *_evidence(signal.parts, added[:, :-1] * share_of_seed[:, None], seeds, items, seed_names),
        [PRIOR_EVIDENCE] * len(items),
    ]
    logs = (added * share_of_seed[:, None]).sum(axis=0)
    affinity = np.log(np.maximum(total / len(seeds), np.finfo(np.float64).tiny))
    logs[-1] = affinity - logs[:-1].sum(axis=0)
    has_data = np.asarray(spoke.any(axis=0))
    gains = np.maximum(logs[:-1], 0)
    shares = np.zeros(logs.shape)
    shares[:-1] = gains / np.maximum(gains.sum(axis=0), np.finfo(np.float64).tiny)
    order = np.lexsort((-shares[:-1], ~has_data[:-1]), axis=0)
    return [
        [
            _carrier(
                names[part],
                float(logs[part, item]),
                float(np.exp(logs[part, item])),
                float(shares[part, item]),
                bool(has_data[part, item]),
                evidence[part][item],
            )
            for part in [*order[:, item].tolist(), len(names) - 1]
        ]
        for item in range(len(items))
    ]


def _alone(
    name: str, affinities: NDArray[np.float64], spoke: NDArray[np.bool_], evidence: list[str]
) -> list[list[dict[str, Any]]]:
    return [
        [_carrier(name, affinity, None, float(affinity != 0), has_data, phrase)]
        for affinity, has_data, phrase in zip(affinities.tolist(), spoke.tolist(), evidence, strict=True)
    ]


def _carrier(
    signal: str, contribution: float, factor: float | None, share: float, spoke: bool, evidence: str
) -> dict[str, Any]:
    return {
        "signal": signal,
        "contribution": contribution,
        "factor": factor,
        "share": share,
        "spoke": spoke,
        "evidence": evidence,
    }


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
        evidence.append(phrases)
        if not isinstance(part, Explainable):
            continue
        for row in np.unique(strongest).tolist():
            chosen = np.flatnonzero(strongest == row)
            for item, phrase in zip(
                chosen.tolist(), part.explain(int(seeds[row]), items[chosen]), strict=True
            ):
                of_seed = f"{seed_names[row]}: " if len(seeds) > 1 and len(seed_names) and phrase else ""
                phrases[item] = of_seed + phrase
    return evidence


def _carriers(keys: list[str], shares: NDArray[np.float64]) -> list[dict[str, Any]]:
    order = [int(code) for code in np.argsort(-shares, kind="stable") if abs(shares[code]) >= MIN_SHARE]
    return [
        {"group": keys[code], "name": group_name(keys[code]), "share": float(shares[code])} for code in order
    ]

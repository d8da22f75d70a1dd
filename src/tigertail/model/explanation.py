"""Why an item is listed: what contributes to its affinity, how much, and the evidence in words.

A signal that is a sum over groups of listeners is explained by the groups, everything else by its signals. The log
affinity of a mixture is a sum over its signals, so each multiplies the affinity by a factor; the rest is the prior,
what an item of its popularity may expect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, Final, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.signals.contract import Composite, Contributions, Explainable, ExplainedByGroup, Signal
from tigertail.signals.local.groups import ELSEWHERE, group_name

WHY: Final = "why"
PRIOR: Final = "prior"
PRIOR_EVIDENCE: Final = "what an item of its popularity may expect"
MIN_SHARE: Final = 0.005  # share below which nothing is mentioned
_GROUPS: Final = {"group": pl.String, "name": pl.String, "share": pl.Float64}
_SIGNALS: Final = {
    "signal": pl.String,
    "contribution": pl.Float64,
    "factor": pl.Float64,
    "share": pl.Float64,
    "has_data": pl.Boolean,
    "evidence": pl.String,
}


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why each item is listed.

    Each item has carriers, the largest share first, those without data about the pair last. A carrier of listening has
    group (its key), name and share. A carrier of the mixture has signal, contribution, factor (e to the power of the
    contribution), share (of all contributions above 0), has_data (whether it has data about the pair) and evidence, in
    words, "" where there is none; the last is the prior, and the contributions sum to the log affinity. Of any other
    signal there is one carrier, whose contribution is the affinity, without factor.

    Parameters
    ----------
    sizes
        How many carriers each item has.
    fields
        The fields of all carriers, item by item: their values, by name.
    types
        Their types as columns.
    """

    sizes: list[int]
    fields: Mapping[str, NDArray[Any] | list[Any]]
    types: Mapping[str, type[pl.DataType]]

    @cached_property
    def rows(self) -> list[list[dict[str, Any]]]:
        """The carriers of each item, as dictionaries."""
        columns = [one if isinstance(one, list) else one.tolist() for one in self.fields.values()]
        names = tuple(self.fields)
        every = [dict(zip(names, values)) for values in zip(*columns)]  # noqa: B905 - of one length; checks cost half
        ends = list(accumulate(self.sizes))
        return [every[end - size : end] for size, end in zip(self.sizes, ends, strict=True)]

    def column(self) -> pl.Series:
        """Return them as a column of lists of structs."""
        struct = pl.Struct(self.types)
        if len(set(self.sizes)) != 1 or not self.sizes[0]:
            return pl.Series(WHY, self.rows, pl.List(struct))
        # Of one length, as those of a mixture are: field by field, which costs a fraction.
        fields = [pl.Series(name, self.fields[name], kind) for name, kind in self.types.items()]
        carriers = pl.DataFrame(fields).to_struct(WHY)
        return carriers.reshape((len(self.sizes), -1)).cast(pl.List(struct))


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
    if _has(signal, Composite):
        mixture = cast("Composite", signal)
        if affinities is None or contributions is None:
            of_all, contributions = mixture.affinity_with_contributions(seeds)
            affinities = of_all[:, items]
        return _factors(mixture, affinities, contributions, seeds, items, seed_names)
    if _has(signal, ExplainedByGroup):
        groups = cast("ExplainedByGroup", signal)
        return _groups([*groups.keys, ELSEWHERE], _shares(groups, seeds, items))
    found = signal.affinity(seeds)[:, items] if affinities is None else affinities
    found = found.astype(np.float64)
    has_data = found > -np.inf
    added = np.where(has_data, found, 0)[:, None]
    [evidence] = _evidence({name: signal}, added, seeds, items, seed_names)
    return _alone(name, added[:, 0].mean(axis=0), np.asarray(has_data.any(axis=0)), evidence)


def format_reasons(carriers: list[dict[str, Any]], most: int = 3) -> str:
    """Format in a few words what contributes to an answer.

    Examples
    --------
    >>> format_reasons([{"name": "Poland", "share": 0.61}, {"name": "elsewhere", "share": 0.39}])
    'Poland 61 %, elsewhere 39 %'
    >>> web = {"signal": "web", "factor": 3.2, "share": 0.4, "has_data": True, "evidence": "mentioned on 4 pages"}
    >>> print(format_reasons([web, {"signal": "prior", "factor": 1e-4, "share": 0, "has_data": True, "evidence": ""}]))
    web x 3.2: mentioned on 4 pages
    """
    if not carriers or "signal" not in carriers[0]:
        return ", ".join(f"{carrier['name']} {_percent(carrier['share'])}" for carrier in carriers[:most])
    lines: list[str] = []
    for carrier in carriers:
        if not carrier["has_data"] or carrier["share"] < MIN_SHARE:
            continue
        evidence = carrier["evidence"]
        if evidence:
            lines.append(f"{carrier['signal']} {_weight(carrier)}: {evidence}")
        elif not lines:
            lines.append(f"{carrier['signal']} {_weight(carrier)}")
        if len(lines) == most:
            break
    return "\n".join(lines)


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
) -> Reasons:
    """Return the carriers of a mixture; after several seeds each counts as much as it has of the affinity."""
    names = [*signal.parts, PRIOR]
    found = np.where(np.isfinite(affinities), affinities, 0).astype(np.float64)
    total = found.sum(axis=0)
    share_of_seed = found / np.where(total > 0, total, 1)
    added = np.zeros((len(seeds), len(names), len(items)))
    by_seed = np.ones(added.shape, np.bool_)
    for place in range(len(seeds)):
        added[place, :-1], by_seed[place, :-1] = contributions(place, items)
    added *= share_of_seed[:, None]
    evidence = [
        *_evidence(signal.parts, added[:, :-1], seeds, items, seed_names),
        [PRIOR_EVIDENCE] * len(items),
    ]
    logs = added.sum(axis=0)
    affinity = np.log(np.maximum(total / len(seeds), np.finfo(np.float64).tiny))
    logs[-1] = affinity - logs[:-1].sum(axis=0)
    has_data = np.asarray(by_seed.any(axis=0))
    gains = np.maximum(logs[:-1], 0)
    shares = np.zeros(logs.shape)
    shares[:-1] = gains / np.maximum(gains.sum(axis=0), np.finfo(np.float64).tiny)
    order = np.full(logs.shape, len(names) - 1)
    order[:-1] = np.lexsort((-shares[:-1], ~has_data[:-1]), axis=0)
    part = order.T.ravel()
    item = np.repeat(np.arange(len(items)), len(names))
    contribution = logs[part, item]
    parts = part.tolist()
    fields = {
        "signal": [names[one] for one in parts],
        "contribution": contribution,
        "factor": np.exp(contribution),
        "share": shares[part, item],
        "has_data": has_data[part, item],
        "evidence": [evidence[one][place] for one, place in zip(parts, item.tolist(), strict=True)],
    }
    return Reasons([len(names)] * len(items), fields, _SIGNALS)


def _alone(
    name: str, affinities: NDArray[np.float64], has_data: NDArray[np.bool_], evidence: list[str]
) -> Reasons:
    fields: dict[str, NDArray[Any] | list[Any]] = {
        "signal": [name] * len(evidence),
        "contribution": affinities,
        "factor": [None] * len(evidence),
        "share": (affinities != 0).astype(np.float64),
        "has_data": has_data,
        "evidence": evidence,
    }
    return Reasons([1] * len(evidence), fields, _SIGNALS)


def _groups(keys: list[str], shares: NDArray[np.float64]) -> Reasons:
    """Return the groups that an item's affinity comes from, those of a small share left out."""
    order = np.argsort(-shares, axis=0, kind="stable")
    item, place = np.nonzero(np.take_along_axis(np.abs(shares), order, axis=0).T >= MIN_SHARE)
    group = order[place, item]
    fields: dict[str, NDArray[Any] | list[Any]] = {
        "group": [keys[code] for code in group.tolist()],
        "name": [group_name(keys[code]) for code in group.tolist()],
        "share": shares[group, item],
    }
    return Reasons(np.bincount(item, minlength=shares.shape[1]).tolist(), fields, _GROUPS)


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
        if not _has(part, Explainable):
            evidence.append([""] * len(items))
            continue
        explainable = cast("Explainable", part)
        if len(seeds) == 1:
            evidence.append(explainable.explain(int(seeds[0]), items))
            continue
        strongest = added[:, place].argmax(axis=0)
        phrases = [""] * len(items)
        evidence.append(phrases)
        for row in np.unique(strongest).tolist():
            chosen = np.flatnonzero(strongest == row)
            of_seed = f"{seed_names[row]}: " if len(seed_names) else ""
            for item, phrase in zip(
                chosen.tolist(), explainable.explain(int(seeds[row]), items[chosen]), strict=True
            ):
                phrases[item] = of_seed + phrase if phrase else ""
    return evidence


_CAPABILITIES: Final[dict[tuple[type, type], bool]] = {}


def _has(signal: Signal, capability: type) -> bool:
    """Return whether a signal has a capability, as all of its class do: ``isinstance`` takes as long as a phrase."""
    key = type(signal), capability
    if key not in _CAPABILITIES:
        _CAPABILITIES[key] = isinstance(signal, capability)
    return _CAPABILITIES[key]

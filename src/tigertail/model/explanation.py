"""Why an item is listed: what contributes to its affinity, how much, and the evidence.

A signal that is a sum over groups of listeners is explained by the groups, everything else by its signals. The log
affinity of a mixture is a sum over its signals, so each multiplies the affinity by a factor; the rest is the prior,
what an item of its popularity may expect. Through a lens, what that alone multiplies is the quotient of the factors
with it and without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.model.registry import SIGNALS
from tigertail.signals.contract import (
    Composite,
    Contributions,
    Explainable,
    ExplainedByGroup,
    GroupAware,
    LocalisedAtItems,
    Signal,
    groups_of,
    has_capability,
)
from tigertail.signals.evidence import NO_EVIDENCE, Evidence
from tigertail.signals.listening.groups import ELSEWHERE, MIN_LISTENERS_THERE, group_name

WHY: Final = "why"
PRIOR: Final = "prior"
PRIOR_EVIDENCE: Final = Evidence.of("popularity")
LENS: Final = "lens"
_TINY: Final = np.finfo(np.float64).tiny
MIN_SHARE: Final = 0.005  # share below which nothing is mentioned: it would be rounded to 0 %
_NOTHING: Final = "x 1.0"  # a factor that changes nothing
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

    Each item has carriers: what its affinity comes from. They are in order: the largest share first, then those without
    data about the pair, then the prior. A carrier of listening has group (its key), name and share. A carrier of the
    mixture has signal, contribution, factor (e to the power of the contribution), share (of the contributions of
    signals that are above 0; the prior's is 0) and has_data (whether it has data about the pair), and beside them its
    evidence; through a lens also lens, what that alone multiplies by as a part of the factor, null of signals without
    one. The contributions sum to the log affinity, after several seeds to the logarithm of their mean affinity. Of
    any other signal there is one carrier, whose contribution is the affinity, without factor.

    Parameters
    ----------
    sizes
        How many carriers each item has.
    fields
        The fields of all carriers, item by item: their values, by name.
    types
        Their types as columns.
    evidence
        Of each carrier, item by item, :data:`~tigertail.signals.evidence.NO_EVIDENCE` without data about the pair; an
        empty list for groups.
    """

    sizes: list[int]
    fields: Mapping[str, NDArray[Any] | list[Any]]
    types: Mapping[str, type[pl.DataType]]
    evidence: list[Evidence] = field(default_factory=list)

    @cached_property
    def rows(self) -> list[list[dict[str, Any]]]:
        """The carriers of each item, as dictionaries: evidence in words, "" where there is none.

        They hold numbers and texts alone, so that Python's garbage collector need not look through them.
        """
        columns = [one if isinstance(one, list) else one.tolist() for one in self.fields.values()]
        names = tuple(self.fields)
        every = [dict(zip(names, values)) for values in zip(*columns)]  # noqa: B905 - of one length; checks cost half
        for row, evidence in zip(every, self.evidence):  # noqa: B905 - none for groups
            row["evidence"] = evidence.words
        ends = list(accumulate(self.sizes))
        return [every[end - size : end] for size, end in zip(self.sizes, ends, strict=True)]

    def column(self) -> pl.Series:
        """Return them as a column of lists of structs, evidence in words."""
        struct = pl.Struct(self.types)
        if len(set(self.sizes)) != 1 or not self.sizes[0]:
            return pl.Series(WHY, self.rows, pl.List(struct))
        # Of one length, as those of a mixture are: field by field, which costs a fraction.
        columns = {**self.fields, "evidence": [evidence.words for evidence in self.evidence]}
        fields = [
            # An array has its type, which costs as much to give as the array.
            pl.Series(name, columns[name], kind if isinstance(columns[name], list) else None)
            for name, kind in self.types.items()
        ]
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
    without_lens: Contributions | None = None,
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
    without_lens
        What the parts of a mixture add without its lens, where that is computed already.

    Returns
    -------
    Reasons
        The carriers of each answer.
    """
    if has_capability(signal, Composite):
        if affinities is None or contributions is None:
            of_all, contributions = signal.affinity_with_contributions(seeds)
            affinities = of_all[:, items]
        if without_lens is None and (plain := unlocalised(signal)) is not None:
            _, without_lens = plain.affinity_with_contributions(seeds)
        return _factors(signal, affinities, contributions, without_lens, seeds, items, seed_names)
    if has_capability(signal, ExplainedByGroup):
        return _groups([*signal.keys, ELSEWHERE], _shares(signal, seeds, items))
    found = signal.affinity(seeds)[:, items] if affinities is None else affinities
    added = found.astype(np.float64)
    has_data = added > -np.inf
    evidence = _evidence([signal], added[:, None], seeds, items, seed_names)
    of_any = np.asarray(has_data.any(axis=0))
    return _alone(name, np.where(has_data, added, 0).mean(axis=0), of_any, evidence)


def unlocalised(signal: Composite) -> Composite | None:
    """Return a mixture without its lens; None where it has none."""
    if not any(_is_localised(part) for part in signal.parts.values()):
        return None
    assert has_capability(signal, GroupAware)
    plain = signal.localised_by_group(())
    assert has_capability(plain, Composite)
    return plain


def _is_localised(part: Signal) -> bool:
    return has_capability(part, LocalisedAtItems) and part.is_localised


def format_reasons(carriers: list[dict[str, Any]], max_lines: int = 3) -> str:
    """Format in a few words what contributes to an answer: where a signal has no evidence, what it is based on.

    A signal that multiplies by 1.0 is no reason.

    Examples
    --------
    >>> format_reasons([{"name": "Poland", "share": 0.61}, {"name": "elsewhere", "share": 0.39}])
    'Poland 61 %, elsewhere 39 %'
    >>> web = {"signal": "web", "factor": 3.2, "share": 0.4, "has_data": True, "evidence": "mentioned on 4 pages"}
    >>> print(format_reasons([web, {"signal": "prior", "factor": 1e-4, "share": 0, "has_data": True, "evidence": ""}]))
    web x 3.2: mentioned on 4 pages
    """
    if not carriers or "signal" not in carriers[0]:
        return ", ".join(
            f"{carrier['name']} {_percent(carrier['share'])}" for carrier in carriers[:max_lines]
        )
    lines: list[str] = []
    for carrier in carriers:
        if not carrier["has_data"] or carrier["share"] < MIN_SHARE:
            continue
        weight = _weight(carrier)
        if weight == _NOTHING:
            continue
        name = carrier["signal"]
        words = carrier["evidence"] or (SIGNALS[name].title if name in SIGNALS else "")
        lines.append(f"{name} {weight}: {words}" if words else f"{name} {weight}")
        if len(lines) == max_lines:
            break
    return "\n".join(lines)


def _weight(carrier: dict[str, Any]) -> str:
    factor, lens = carrier["factor"], carrier.get(LENS)
    if factor is None:
        return _percent(carrier["share"])
    by_lens = "" if lens is None else _times(lens)
    return f"{_times(factor)} (lens {by_lens})" if by_lens not in ("", _NOTHING) else _times(factor)


def _times(factor: float) -> str:
    return f"x {factor:,.0f}" if factor >= 10 else f"x {factor:.1f}"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _factors(
    signal: Composite,
    affinities: NDArray[np.float32],
    contributions: Contributions,
    without_lens: Contributions | None,
    seeds: NDArray[np.int32],
    items: NDArray[np.int32],
    seed_names: Sequence[str],
) -> Reasons:
    """Return the carriers of a mixture; after several seeds each counts as much as it has of the affinity."""
    names, parts = [*signal.parts, PRIOR], list(signal.parts.values())
    found = np.maximum(affinities, 0).astype(np.float64)
    total = found.sum(axis=0)
    added = np.empty((len(seeds), len(parts), len(items)))
    logs = np.zeros((len(names), len(items)))
    of_seed = np.empty(added.shape, np.bool_)
    for place in range(len(seeds)):
        added[place], of_seed[place] = contributions(place, items)
    part_of_total = (found / np.maximum(total, _TINY))[:, None]
    added *= part_of_total
    evidence = _evidence(parts, np.where(of_seed, added, -np.inf), seeds, items, seed_names)
    evidence += [PRIOR_EVIDENCE] * len(items)
    has_data = np.ones(logs.shape, np.bool_)
    of_seed.any(axis=0, out=has_data[:-1])
    added.sum(axis=0, out=logs[:-1])
    logs[-1] = np.log(np.maximum(total / len(seeds), _TINY)) - logs.sum(axis=0)
    gains = np.maximum(logs, 0)
    gains[-1] = 0
    shares = gains / np.maximum(gains.sum(axis=0), _TINY)
    # Those without data come after those with, the prior last.
    ranks = np.where(has_data, -shares, 1.0)
    ranks[-1] = 2.0
    order = ranks.argsort(axis=0, kind="stable").T
    # Item by item, its carriers in order: their places among all carriers of all items.
    places = (order * len(items) + np.arange(len(items))[:, None]).ravel()
    contribution = logs.take(places)
    fields: dict[str, NDArray[Any] | list[Any]] = {
        "signal": [names[part] for part in order.ravel().tolist()],
        "contribution": contribution,
        "factor": np.exp(contribution),
        "share": shares.take(places),
        "has_data": has_data.take(places),
    }
    types = _SIGNALS
    if without_lens is not None:
        plain = np.array([without_lens(place, items)[0] for place in range(len(seeds))]) * part_of_total
        by_lens = np.exp((added - plain).sum(axis=0)).tolist()
        nothing: list[float | None] = [None] * len(items)
        of_parts = [row if _is_localised(part) else nothing for row, part in zip(by_lens, parts, strict=True)]
        of_each = [one for row in (*of_parts, nothing) for one in row]
        fields[LENS] = [of_each[place] for place in places.tolist()]
        types = _SIGNALS | {LENS: pl.Float64}
    in_order = [evidence[place] for place in places.tolist()]
    return Reasons([len(names)] * len(items), fields, types, in_order)


def _alone(
    name: str, affinities: NDArray[np.float64], has_data: NDArray[np.bool_], evidence: list[Evidence]
) -> Reasons:
    fields: dict[str, NDArray[Any] | list[Any]] = {
        "signal": [name] * len(evidence),
        "contribution": affinities,
        "factor": [None] * len(evidence),
        "share": (affinities != 0).astype(np.float64),
        "has_data": has_data,
    }
    return Reasons([1] * len(evidence), fields, _SIGNALS, evidence)


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
    by_seed = np.array([_named_shares(signal, seed, items) for seed in seeds.tolist()])
    if len(seeds) == 1:
        return np.asarray(by_seed[0])
    affinity = signal.affinity(seeds)[:, items].astype(np.float64)
    affinity[~np.isfinite(affinity)] = 0
    total = affinity.sum(axis=0)
    return np.asarray((by_seed * affinity[:, None]).sum(axis=0) / np.where(total != 0, total, 1))


def _named_shares(signal: ExplainedByGroup, seed: int, items: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the groups' shares of the affinity from a seed; a group with too few of its listeners counts elsewhere."""
    shares = np.array(signal.shares(seed, items))
    groups = groups_of(signal)
    if groups is not None:
        few = groups.listeners_by_group(seed) < MIN_LISTENERS_THERE
        few[-1] = False
        shares[-1] += shares[few].sum(axis=0)
        shares[few] = 0
    return shares


def _evidence(
    parts: Sequence[Signal],
    added: NDArray[np.float64],
    seeds: NDArray[np.int32],
    items: NDArray[np.int32],
    seed_names: Sequence[str],
) -> list[Evidence]:
    """Return each part's evidence for each item that it has data about, from the seed to which it adds most.

    Parameters
    ----------
    parts
        The signals.
    added
        What each adds; ``-inf`` where it has no data about the pair; float64, (seeds, parts, items).
    seeds, items, seed_names
        As in :func:`explain`.

    Returns
    -------
    list[Evidence]
        Part by part, item by item.
    """
    strongest = np.where(added.max(axis=0) > -np.inf, added.argmax(axis=0), -1)
    found: list[Evidence] = []
    for part, of_part in zip(parts, strongest, strict=True):
        first = len(found)
        found += [NO_EVIDENCE] * len(items)
        if not has_capability(part, Explainable):
            continue
        for row, seed in enumerate(seeds.tolist()):
            chosen = np.flatnonzero(of_part == row)
            if not len(chosen):
                continue
            name = seed_names[row] if len(seed_names) else ""
            for item, evidence in zip(chosen.tolist(), part.explain(seed, items[chosen]), strict=True):
                found[first + item] = evidence.about(name) if name else evidence
    return found

"""Drift: how much was added to a model since its fit, and whether another fit is due."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.model.model import Model
from tigertail.model.registry import LISTENING
from tigertail.model.update.merge import ADDED, MIN_COMPARED
from tigertail.ranking.topk import top_k
from tigertail.signals.remap import ItemRemap

DRIFT_SAMPLE: Final = 200  # items whose neighbours are compared
TOP: Final = 20
MAX_PAIRS_GROWTH: Final = 0.25
MAX_ITEMS_GROWTH: Final = 0.25
"""Shares, of what a model was fitted to, from which on a fit is due: see benchmarks/fold_in.py."""


@dataclass(frozen=True)
class Addition:
    """One dataset that was added.

    Parameters
    ----------
    dataset, fingerprint
        Which.
    listeners, plays, items
        What it brought: listeners, pairs of listener and item (``plays`` in the files of models), and items that had no
        listener before.
    changed
        Mean share of the 20 nearest items of an old item that are others now; 0 to 1.
    same_name
        New items that bear the name of one that was there.
    not_added
        Rows that need a fit, by table.
    left_out
        Names of the signals that the model is without until the next fit; no rows.
    annotations, annotated
        Annotations taken in, and of how many items that had none.
    unusable
        Annotations that cannot be used, of items that had none before, by reason.
    repeated
        Listeners who play exactly what one who was there plays.
    """

    dataset: str
    fingerprint: str
    listeners: int
    plays: int
    items: int
    changed: float
    same_name: int
    not_added: dict[str, int]
    left_out: list[str]
    annotations: int = 0
    annotated: int = 0
    unusable: dict[str, int] = field(default_factory=dict)
    repeated: int = 0


@dataclass(frozen=True)
class Drift:
    """What has been added since a model was fitted.

    Parameters
    ----------
    additions
        How many datasets.
    pairs, items
        Pairs of listener and item added, and items, as shares of those the model was fitted to.
    changed
        Mean share of the 20 nearest items that are others now. Of several additions it is the sum of theirs, at most 1;
        the true share may be smaller, not larger.
    """

    additions: int
    pairs: float
    items: float
    changed: float

    @property
    def fit_again(self) -> bool:
        """Whether the additions are too much for the old factors."""
        return self.pairs >= MAX_PAIRS_GROWTH or self.items >= MAX_ITEMS_GROWTH

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        if not self.additions:
            return "Nothing was added since the fit."
        if self.fit_again:
            return "Fit the model again to all its listeners: too much was added for the factors of the last fit."
        return (
            f"Fine: a fit is due when pairs of listener and item have grown by {MAX_PAIRS_GROWTH:.0%} or items by "
            f"{MAX_ITEMS_GROWTH:.0%}."
        ).replace("%", " %")


def drift(model: Model) -> Drift:
    """Return how much was added to a model since its fit.

    Examples
    --------
    >>> import polars as pl
    >>> from tigertail.model import ModelConfig
    >>> from tigertail.model.model import Provenance
    >>> seen = {"interactions": 100, "items with a listener": 10}
    >>> drift(Model(pl.DataFrame(), {}, ModelConfig(), Provenance("toy", "", True), seen)).advice
    'Nothing was added since the fit.'
    """
    added: list[dict[str, Any]] = list(model.training_summary.get(ADDED, ()))
    pairs, items = (sum(one[what] for one in added) for what in ("plays", "items"))
    fitted_pairs = model.training_summary["interactions"] - pairs
    fitted_items = model.training_summary["items with a listener"] - items
    changed = min(1.0, sum(one["changed"] for one in added))
    return Drift(len(added), pairs / max(1, fitted_pairs), items / max(1, fitted_items), changed)


def report(model: Model) -> list[str]:
    """Return, in lines for a person, what was last added and how far a model has gone from its fit."""
    last, far = model.training_summary[ADDED][-1], drift(model)
    lines = [
        f"Added {last['listeners']:,} listeners, {last['plays']:,} pairs of listener and item, {last['items']:,} items "
        f"that had no listener; {last['changed']:.1%} of the {TOP} nearest neighbours of old items changed.",
        f"Since the fit: {far.pairs:.1%} more pairs, {far.items:.1%} more items, at most {far.changed:.1%} of "
        f"neighbours changed ({far.additions} addition{'s' if far.additions > 1 else ''}).",
    ]
    if last.get("annotated"):
        lines.insert(
            1,
            f"Annotations taken in: {last['annotations']:,}, of {last['annotated']:,} items that had none.",
        )
    if last.get("unusable"):
        reasons = ", ".join(f"{rows:,} ({reason})" for reason, rows in last["unusable"].items())
        lines.append(f"Note: annotations that cannot be used: {reasons}.")
    if last["same_name"]:
        lines.append(
            f"Note: {last['same_name']:,} new items have the name of an old one: are all ids from one source?"
        )
    if last.get("repeated"):
        lines.append(
            f"Note: {last['repeated']:,} listeners with {MIN_COMPARED} items or more play exactly what a listener of "
            "the model plays: are they in the model already? Then they count twice; a fit to all listeners mends that."
        )
    if last["not_added"]:
        tables = ", ".join(f"{rows:,} {table}" for table, rows in last["not_added"].items())
        lines.append(f"Note: not added, because they need a fit: {tables}.")
    if last["left_out"]:
        lines.append(f"Note: these signals are left out until the next fit: {', '.join(last['left_out'])}.")
    return [line.replace("%", " %") for line in lines]


def record_addition(before: Model, addition: Addition) -> dict[str, Any]:
    """Return the training summary of a model after an addition."""
    summary = dict(before.training_summary)
    for what, more in (
        ("listeners", addition.listeners),
        ("interactions", addition.plays),
        ("items with a listener", addition.items),
    ):
        summary[what] += more
    return summary | {ADDED: [*summary.get(ADDED, ()), asdict(addition)]}


def changed_neighbours(before: Model, after: Model, remap: ItemRemap, sample: int = DRIFT_SAMPLE) -> float:
    """Return the mean share of an old item's nearest that are others after an addition.

    Parameters
    ----------
    before, after
        The model before and after.
    remap
        Where its items went.
    sample
        How many items to look at, evenly from the most popular down to the last.
    """
    known = np.flatnonzero(before.signals[LISTENING].known)
    chosen = known[np.unique(np.linspace(0, len(known) - 1, min(sample, len(known))).astype(int))]
    there = _nearest(before, chosen.astype(np.int32))
    here = _nearest(after, remap.new_code[chosen])
    kept = [
        len({int(remap.new_code[item]) for item in old if item >= 0} & set(new.tolist()))
        / max(1, int((old >= 0).sum()))
        for old, new in zip(there, here, strict=True)
    ]
    return 1 - float(np.mean(kept))


def _nearest(model: Model, queries: NDArray[np.int32]) -> NDArray[np.int32]:
    codes, _ = top_k(model.signals[LISTENING].affinity(queries), TOP, queries)
    return codes

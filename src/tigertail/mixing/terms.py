"""The terms of the mixture: what a log affinity is a weighted sum of.

With x_i the affinity of signal i from A to B as a share of the mean of A's fifty best (0 where it is negative or the
signal has no data), and n_B the listeners of B, the terms of a pair are

    log(1 + x_i / 0.02), log(1 + x_i / 0.3)     of every signal: a curve that bends twice
    the products of these of two signals        of every pair that may say the same, which need not count twice
    [no signal but listening has data]          one for all of them together
    log max(n_B, 1), log(n_B / (n_B + 3))

The last is the evidence for B: an affinity to an item with two listeners is less certain. An item without listeners
counts as 0.3 of a listener there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.retrieval.topk import top_k

Floats = NDArray[np.float32]

BENDS: Final = (0.02, 0.3)
BEST: Final = 50  # affinities of a query that its scale is the mean of
EVIDENCE: Final = 3.0  # listeners at which the evidence for an item is half
NO_LISTENER: Final = 0.3  # listeners that an item without any counts as there
ITEM_TERMS: Final = ("popularity", "evidence")
"""Terms of B alone."""


@dataclass(frozen=True)
class Terms:
    """Which terms there are, and their order.

    Parameters
    ----------
    signals
        Names of the signals.
    listening
        Which of them are models of plays alone, and have data about every pair with listeners.
    overlaps
        Pairs of signals whose curves are multiplied as well.
    """

    signals: tuple[str, ...]
    listening: tuple[str, ...] = ()
    overlaps: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(BENDS) * (len(self.signals) + len(self.overlaps)) + 1 + len(ITEM_TERMS)

    @property
    def names(self) -> list[str]:
        """The name of each term."""
        curved = [*self.signals, *(" x ".join(pair) for pair in self.overlaps)]
        return [*(f"{name}, bend {bend}" for name in curved for bend in BENDS), "no data", *ITEM_TERMS]

    def of_signal(self, name: str) -> slice:
        """Return the places of a signal's curve."""
        return self._curve(self.signals.index(name))

    def of_overlap(self, pair: tuple[str, str]) -> slice:
        """Return the places of the product of two signals' curves."""
        return self._curve(len(self.signals) + self.overlaps.index(pair))

    @property
    def no_data(self) -> int:
        """The place of the term of pairs that no signal but listening has data about."""
        return len(self) - len(ITEM_TERMS) - 1

    @property
    def of_items(self) -> slice:
        """The places of the terms of B alone."""
        return slice(self.no_data + 1, len(self))

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The signals that are not models of plays alone."""
        return tuple(name for name in self.signals if name not in self.listening)

    def _curve(self, place: int) -> slice:
        return slice(len(BENDS) * place, len(BENDS) * (place + 1))


@dataclass(frozen=True, eq=False)
class PopularityFeatures:
    """The terms of items alone, and what popularity is divided by; both are computed once for each popularity.

    Parameters
    ----------
    level
        Which popularity each item has; int32, (items,).
    values
        The terms of each popularity; float64, (levels, 2).
    gains
        What popularity is divided by at an exponent of 1: log(n_B + 3); float64, (levels,).
    """

    level: NDArray[np.int32]
    values: NDArray[np.float64]
    gains: NDArray[np.float64]

    @classmethod
    def of(cls, listeners: NDArray[np.int64]) -> Self:
        """Take in the listeners of each item."""
        levels, level = np.unique(listeners, return_inverse=True)
        some = np.maximum(levels, NO_LISTENER)
        columns = np.log(np.maximum(levels, 1)), np.log(some / (some + EVIDENCE))
        return cls(level.astype(np.int32), np.column_stack(columns), np.log(levels + EVIDENCE))


def scales(affinities: Floats, queries: NDArray[np.int32]) -> Floats:
    """Return the mean of each query's best affinities, 1 where it has none above 0; float32, (queries,)."""
    best = top_k(affinities, BEST, queries)[1]
    given = np.isfinite(best)
    total = np.where(given, np.maximum(best, 0), 0).sum(axis=1, dtype=np.float64)
    mean = total / np.maximum(given.sum(axis=1), 1)
    return np.where(mean > 0, mean, 1).astype(np.float32)


def curves(affinities: Floats, scale: Floats) -> tuple[Floats, ...]:
    """Return the curve of a signal at some affinities: its two terms; float32, in the shape of the affinities.

    Parameters
    ----------
    affinities
        Float32; not positive means 0.
    scale
        Of the query of each; float32, of a shape that fits.
    """
    shares = np.maximum(affinities, 0) / scale
    return tuple(np.log(1 + shares / np.float32(bend)) for bend in BENDS)


def term_values(
    terms: Terms,
    affinities: Mapping[str, Floats],
    scale: Mapping[str, Floats],
    items: NDArray[np.int32],
    popularity: PopularityFeatures,
    without: Sequence[str] = (),
) -> Floats:
    """Return the terms of the pairs of one query and some items.

    Parameters
    ----------
    terms
        Which there are.
    affinities, scale
        Of each signal that has data about the query, its affinities to the items and the scale; float32, (items,) and
        ().
    items
        Codes of the items; int32, (items,).
    popularity
        How popular the items are.
    without
        Signals that are left out, as if they had no data.

    Returns
    -------
    NDArray[np.float32]
        Float32, (items, terms).
    """
    values = np.zeros((len(items), len(terms)), np.float32)
    no_data = np.ones(len(items), np.bool_)
    for name, affinity in affinities.items():
        if name in without:
            continue
        values[:, terms.of_signal(name)] = np.column_stack(curves(affinity, scale[name]))
        if name in terms.others:
            no_data &= np.isneginf(affinity)
    for pair in terms.overlaps:
        first, second = (values[:, terms.of_signal(name)] for name in pair)
        values[:, terms.of_overlap(pair)] = first * second
    values[:, terms.no_data] = no_data
    values[:, terms.of_items] = popularity.values[popularity.level[items]]
    return values

"""The terms of the mixture: what a log affinity is a weighted sum of.

With x_i the affinity of signal i from A to B, divided by A's scale (:mod:`tigertail.mixing.scale`; 0 where it is
negative or the signal has no data: none at all, or none among the neighbours that it keeps), n_B the listeners of B,
and m_B those it would have if all could hear it, the terms of a pair of items (A, B) are

    log(1 + x_i / 0.02), log(1 + x_i / 0.3)    two for every signal: its curve
    products of these of two signals           two for every pair of signals that may rest on the same evidence
    1 or 0                                     1 where no signal but those of plays has data (non-play)
    log n_B                                    the popularity of B
    log(n_B / (n_B + 3))                       the support of B
    log(m_B / n_B)                             how many could not hear B
    1 or 0                                     1 where B has no listener

In popularity, support and what is divided out, an item with fewer listeners than any of the fit that has some, such as
one without any, counts as the least known of these; without any, its m_B / n_B is 1.

A non-play signal is any that is not a model of plays alone, as the registry of signals says (``is_listening``). So it
need not be of content: shows and counts of pairs are such signals too, and so is back-off, which takes from the
catalogue whose a track is. The term's name in files, "no content data", says less than this. What is divided out of an
affinity is (n_B + 3)^beta, not a term, towards taste also (m_B / n_B)^beta (:meth:`PopularityFeatures.log_popularity`).
The 3 keep artists of one listener from rising above all; people play by the numbers as they are, so the term of
popularity has none. A curve is about linear up to x_i = 0.02, logarithmic above 0.3, and between them as the
coefficients say. With a product, evidence that two signals share need not count twice. An affinity to an item with few
listeners is less certain: its support lowers it. In a catalogue of stars alone every item has more listeners than its
peers elsewhere; so where people play, popularity is m_B, and the term of those who could not hear B has the coefficient
of the popularity. Lists are made by people who look anywhere: in kinship popularity is n_B, and that term has none.
What listeners play tells nothing of items that none of them plays, so the last term has the coefficient of kinship in
taste as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BENDS: Final = (0.02, 0.3)  # relative affinities above which the two terms of a curve turn logarithmic
POPULARITY_SMOOTHING: Final = 3.0
"""Listeners that are added before popularity is divided out, so that artists of one do not rise above all."""
SUPPORT: Final = 3.0  # listeners of an item at which its support, n / (n + 3), is a half
OVERLAP_SHARE: Final = 0.5  # of the product of two signals' curves, what is ascribed to each
ITEM_TERMS: Final = ("popularity", "support", "not offered", "no listener")
"""Terms of B alone, in the order of the formulas above."""


@dataclass(frozen=True)
class Terms:
    """Which terms there are, and their order.

    Parameters
    ----------
    signals
        Names of the signals.
    plays_only
        Those of them that are models of plays alone; the others are the non-play signals.
    overlaps
        Pairs of signals that also have terms for the product of their curves.
    """

    signals: tuple[str, ...]
    plays_only: tuple[str, ...] = ()
    overlaps: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(BENDS) * (len(self.signals) + len(self.overlaps)) + 1 + len(ITEM_TERMS)

    @property
    def names(self) -> list[str]:
        """The name of each term; an overlap has that of its signals in their order, whichever way round it is given."""
        pairs = (sorted(pair, key=self.signals.index) for pair in self.overlaps)
        curved = [*self.signals, *(" x ".join(pair) for pair in pairs)]
        return [
            *(f"{name}, bend {bend}" for name in curved for bend in BENDS),
            "no content data",
            *ITEM_TERMS,
        ]

    def of_signal(self, name: str) -> slice:
        """Return the columns of a signal's curve."""
        return self._curve(self.signals.index(name))

    def of_overlap(self, pair: tuple[str, str]) -> slice:
        """Return the columns of the product of two signals' curves; the pair is one of ``overlaps``, in its order."""
        return self._curve(len(self.signals) + self.overlaps.index(pair))

    @property
    def no_content_data(self) -> int:
        """The column of the term of pairs that no non-play signal has data about."""
        return len(self) - len(ITEM_TERMS) - 1

    @property
    def popularity(self) -> int:
        """The column of the popularity of B."""
        return self.no_content_data + 1 + ITEM_TERMS.index("popularity")

    @property
    def not_offered(self) -> int:
        """The column of how many could not hear B."""
        return self.no_content_data + 1 + ITEM_TERMS.index("not offered")

    @property
    def no_listener(self) -> int:
        """The column of whether B has no listener."""
        return self.no_content_data + 1 + ITEM_TERMS.index("no listener")

    @property
    def of_items(self) -> slice:
        """The columns of the terms of B alone."""
        return slice(self.no_content_data + 1, len(self))

    @cached_property
    def non_play_signals(self) -> tuple[str, ...]:
        """The signals that are not models of plays alone."""
        return tuple(name for name in self.signals if name not in self.plays_only)

    def _curve(self, index: int) -> slice:
        return slice(len(BENDS) * index, len(BENDS) * (index + 1))


@dataclass(frozen=True, eq=False)
class PopularityFeatures:
    """The terms of B alone, and what divides out popularity; computed once for each level, a distinct n_B and m_B.

    Parameters
    ----------
    level
        Level of each item; int32, (items,).
    values
        The terms of :data:`ITEM_TERMS` at each level; float64, (levels, terms).
    smoothed
        log(n_B + 3) at each level; float64, (levels,).
    """

    level: NDArray[np.int32]
    values: NDArray[np.float64]
    smoothed: NDArray[np.float64]

    @classmethod
    def of(
        cls, listeners: NDArray[np.int64], adjusted_listeners: NDArray[np.float64], listener_floor: int = 1
    ) -> Self:
        """Compute them.

        Parameters
        ----------
        listeners
            Listeners of each item; int64, (items,).
        adjusted_listeners
            Those that it would have if all could hear it, no fewer; float64, (items,).
        listener_floor
            As many an item with fewer counts as; at least 1.
        """
        missed = np.where(listeners > 0, adjusted_listeners / np.maximum(listeners, 1), 1)
        levels, level = np.unique(np.column_stack([listeners, missed]), axis=0, return_inverse=True)
        listeners, missed = levels.T
        played = np.maximum(listeners, listener_floor)
        columns = (np.log(played), np.log(played / (played + SUPPORT)), np.log(missed), listeners == 0)
        return cls(
            level.reshape(-1).astype(np.int32),
            np.column_stack(columns),
            np.log(played + POPULARITY_SMOOTHING),
        )

    def log_popularity(self, character: float) -> NDArray[np.float64]:
        """Return what is subtracted from the log affinity at an exponent of 1, at each level; float64, (levels,).

        It is log(n_B + 3) + (1 - t) log(m_B / n_B), with t the character: the popularity that people play by at the
        end of taste, that of all listeners at the end of kinship.
        """
        not_offered = self.values[:, ITEM_TERMS.index("not offered")]
        return np.asarray(self.smoothed + (1 - character) * not_offered)


def least_listeners(listeners: NDArray[np.int64]) -> int:
    """Return how many listeners the least known item has, of those that have any; 1 if there is none."""
    some = listeners[listeners > 0]
    return int(some.min()) if len(some) else 1


def curves(affinities: Floats, scale: Floats) -> tuple[Floats, ...]:
    """Return the two terms of a signal's curve at some affinities; each float32, in the shape of the affinities.

    They serve training and explanations, with NumPy's logarithm. Scores of answers have one whose bits are the same
    everywhere (:mod:`tigertail.mixing.elementary`).

    Parameters
    ----------
    affinities
        Float32; negative ones count as 0.
    scale
        Scale of the query of each affinity, above 0; float32, of a shape that broadcasts.
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
        The terms of the mixture.
    affinities, scale
        By signal that has data about the query: its affinities to the items, float32, (items,), and the query's scale,
        float32, ().
    items
        Codes of the items; int32, (items,).
    popularity
        Of all items.
    without
        Signals to leave out, as if they had no data.

    Returns
    -------
    NDArray[np.float32]
        Float32, (items, terms).
    """
    values = np.zeros((len(items), len(terms)), np.float32)
    no_content_data = np.ones(len(items), np.bool_)
    for name, affinity in affinities.items():
        if name in without:
            continue
        values[:, terms.of_signal(name)] = np.column_stack(curves(affinity, scale[name]))
        if name in terms.non_play_signals:
            no_content_data &= np.isneginf(affinity)
    for pair in terms.overlaps:
        first, second = (values[:, terms.of_signal(name)] for name in pair)
        values[:, terms.of_overlap(pair)] = first * second
    values[:, terms.no_content_data] = no_content_data
    values[:, terms.of_items] = popularity.values[popularity.level[items]]
    return values

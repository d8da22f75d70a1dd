"""Clumping: how much nearer than by their own listeners a country's local artists lie to each other.

For each country with at least five artists at home there: the mean, over ordered pairs of
them, of the affinity A -> B as the system gives it, standardised within A's row (mean 0, deviation 1 over the
catalogue), minus the same for the cosine of co-listening among that country's own listeners. Countries weigh
by their number of local artists. Above 0, the model draws them closer than their listeners' behaviour says.

Standardised values grow with how few answers stand out, so clumping compares countries under one kind of
affinity, or two affinities of one kind. What does not depend on an affinity's shape is how many of the k items
listed after a local artist are at home in the same country, beside the same for the cosine among own listeners.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tigertail.evaluation.metrics.locality import UNKNOWN
from tigertail.progress import progress
from tigertail.retrieval.topk import top_k
from tigertail.signals.contract import Signal
from tigertail.sparse import CSR

FEWEST_LOCAL: Final = 5  # artists at home in a country below which it cannot clump
MOST_LOCAL: Final = 100  # artists a country, the most popular, that clumping looks at
LISTED: Final = 20  # k
BLOCK_BYTES: Final = 2**27  # standardised affinities held at a time


@dataclass(frozen=True)
class Nearness:
    """How near local artists of a country lie to each other.

    Parameters
    ----------
    closeness
        Mean standardised affinity between two of them.
    at_home
        Share of what is listed after one of them that is at home in the country too.
    """

    closeness: float
    at_home: float


@dataclass(frozen=True)
class CountryCohesion:
    """How near a country's local artists lie, and how near their own listeners say they are.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2.
    local
        How many local artists were looked at.
    listeners
        Listeners who live there.
    model
        As the system has it.
    own
        As the listeners of the country have it, by the cosine of co-listening.
    """

    country: str
    local: int
    listeners: int
    model: Nearness
    own: Nearness

    @property
    def cohesion(self) -> float:
        """How much nearer the system draws them."""
        return self.model.closeness - self.own.closeness


def cohesion(signal: Signal, plays: CSR, lives: NDArray[np.str_], homes: NDArray[np.str_]) -> float:
    """Return how much nearer local artists lie to each other than their own listeners' behaviour says.

    Parameters
    ----------
    signal, plays, lives, homes
        As in :func:`cohesion_by_country`.

    Returns
    -------
    float
        The mean over countries, each weighing as many times as it has local artists; NaN without any.

    Examples
    --------
    Five Poles all play the same five artists at home there, five Brazilians five others. Among ten artists of
    whom five are alike and five are not, standardised affinities are 1 and -1, in the model as in what listeners
    do: nothing clumps. A model to which all ten are alike gives 0 to all: its local artists lie 1 farther apart
    than their listeners say.

    >>> plays = CSR.from_coo(np.repeat(range(10), 5), [*range(5)] * 5 + [*range(5, 10)] * 5, [1] * 50, (10, 10))
    >>> where = np.repeat(["PL", "BR"], 5)
    >>> from tigertail.signals.factors import FactorAffinity
    >>> two = FactorAffinity(np.repeat(np.eye(2, dtype=np.float32), 5, axis=0))
    >>> one = FactorAffinity(np.ones((10, 1), np.float32))
    >>> round(cohesion(two, plays, where, where), 6), round(cohesion(one, plays, where, where), 6)
    (0.0, -1.0)
    """
    return mean_cohesion(cohesion_by_country(signal, plays, lives, homes))


def mean_cohesion(rows: list[CountryCohesion]) -> float:
    """Return the mean over countries, each weighing as many times as it has local artists."""
    weights = [row.local for row in rows]
    return float(np.average([row.cohesion for row in rows], weights=weights)) if rows else float("nan")


def cohesion_by_country(
    signal: Signal, plays: CSR, lives: NDArray[np.str_], homes: NDArray[np.str_]
) -> list[CountryCohesion]:
    """Return how near the local artists of each country lie, in a system and among their own listeners.

    Parameters
    ----------
    signal
        The system.
    plays
        Training listeners by items.
    lives
        Country of each training listener; "" where nobody knows.
    homes
        Home country of each item; "" where nobody knows.

    Returns
    -------
    list of CountryClumping
        Countries with enough local artists whom somebody there plays, in order of their codes.

    Examples
    --------
    A model to which all ten artists of two countries are alike lists the other nine after each, of whom four
    are at home in the same country; those who live there play these four and no other.

    >>> plays = CSR.from_coo(np.repeat(range(10), 5), [*range(5)] * 5 + [*range(5, 10)] * 5, [1] * 50, (10, 10))
    >>> where = np.repeat(["PL", "BR"], 5)
    >>> from tigertail.signals.factors import FactorAffinity
    >>> rows = cohesion_by_country(FactorAffinity(np.ones((10, 1), np.float32)), plays, where, where)
    >>> [(row.country, row.local, round(row.model.at_home, 2), row.own.at_home) for row in rows]
    [('BR', 5, 0.44, 1.0), ('PL', 5, 0.44, 1.0)]
    """
    [rows] = compare_cohesion({"": signal}, plays, lives, homes).values()
    return rows


def compare_cohesion(
    signals: Mapping[str, Signal], plays: CSR, lives: NDArray[np.str_], homes: NDArray[np.str_]
) -> dict[str, list[CountryCohesion]]:
    """Return the same for several systems by name; what a country's own listeners say is found once."""
    popularity = np.bincount(plays.indices, minlength=plays.shape[1])
    catalogue = popularity > 0
    countries = np.unique(homes[homes != UNKNOWN])
    found: dict[str, list[CountryCohesion]] = {name: [] for name in signals}
    with progress("cohesion", len(countries)) as tick:
        for country in countries:
            tick(note=str(country))
            home = homes == country
            local = np.flatnonzero(home & (popularity >= FEWEST_LOCAL))[:MOST_LOCAL].astype(np.int32)
            residents = np.flatnonzero(lives == country)
            own = plays.select_rows(residents)
            if len(local) < FEWEST_LOCAL or own.nnz == 0:
                continue
            theirs, _ = _nearness(_Cosine(own), local, home, catalogue)
            for name, signal in signals.items():
                model, speaks = _nearness(signal, local, home, catalogue)
                if speaks:
                    row = CountryCohesion(str(country), len(local), len(residents), model, theirs)
                    found[name].append(row)
    return found


class _Cosine:
    """The cosine of co-listening as a signal; it is silent about items without a common listener."""

    def __init__(self, plays: CSR) -> None:
        self._plays = sp.csr_matrix((np.ones(plays.nnz), plays.indices, plays.indptr), plays.shape)
        self._listeners = self._plays.T.tocsr()
        self.popularity = np.diff(self._listeners.indptr)

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.asarray(self.popularity > 0)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        common = (self._listeners[queries] @ self._plays).toarray()
        lengths = np.sqrt(np.maximum(self.popularity, 1))
        cosines = common / lengths[queries, None] / lengths[None, :]
        return np.where(common > 0, cosines, -np.inf).astype(np.float32)


def _nearness(
    signal: Signal, local: NDArray[np.int32], home: NDArray[np.bool_], catalogue: NDArray[np.bool_]
) -> tuple[Nearness, bool]:
    """Return how near some local items lie, and whether the signal speaks of them at all.

    A block of queries at a time, however large the catalogue is.
    """
    block = max(1, BLOCK_BYTES // (8 * len(catalogue)))
    place = np.cumsum(catalogue)[local] - 1
    total, at_home, listed, speaks = 0.0, 0, 0, False
    for start in range(0, len(local), block):
        queries = local[start : start + block]
        rows = signal.affinity(queries)
        answers, _ = top_k(rows, LISTED, queries)
        at_home += int((home[answers] & (answers >= 0)).sum())
        listed += int((answers >= 0).sum())
        known = rows[:, catalogue]
        speaks |= bool(np.isfinite(known).any())
        among = _standardised(known, place)
        among[np.arange(len(queries)), np.arange(start, start + len(queries))] = 0
        total += float(among.sum())
    pairs = len(local) * (len(local) - 1)
    return Nearness(total / pairs, at_home / listed if listed else 0.0), speaks


def _standardised(rows: NDArray[np.float32], columns: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return some columns of rows that are brought to mean 0 and deviation 1."""
    spoken = np.isfinite(rows)
    if not spoken.all():  # what a system does not speak of, it puts last
        least = np.where(spoken, rows, 0).min(axis=1, keepdims=True)
        rows = np.where(spoken, rows, np.minimum(least, 0))
    spread = rows.std(axis=1, keepdims=True, dtype=np.float64)
    away = rows[:, columns] - rows.mean(axis=1, keepdims=True, dtype=np.float64)
    return np.asarray(away / np.where(spread > 0, spread, 1))

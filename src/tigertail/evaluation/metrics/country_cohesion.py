"""Country cohesion: affinity among a country's artists in a signal, minus the same by that country's listeners.

For each country with at least five local artists of five listeners or more, of which the hundred most popular are
compared: the mean, over ordered pairs of them, of the affinity A -> B of the signal, standardised within A's row (mean
0, deviation 1 over the items with a training listener but A itself), minus the same for the cosine of co-listening
among that country's own listeners. An item to which A has no affinity counts as the one to which it has least, but not
above 0. Countries are weighted by their number of local artists that are compared, a hundred at most. Above 0, the
signal places these artists closer together than the behaviour of their listeners does.

Standardised values grow where few answers stand out, so cohesion compares countries under one kind of affinity, or
two affinities of one kind. The local share does not depend on the shape of an affinity: it is the share of local
items among the k listed after a local artist, beside the same for the cosine among own listeners.
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
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import Signal
from tigertail.sparse import CSR

MIN_LOCAL_ARTISTS: Final = 5  # below which a country has no cohesion
MIN_LISTENERS: Final = 5  # of an artist that is compared: the affinity of fewer is that of a person or two
MAX_LOCAL_ARTISTS: Final = 100  # of each country, the most popular
LISTED: Final = 20  # k
BLOCK_BYTES: Final = 2**27  # standardised affinities held at a time


@dataclass(frozen=True)
class LocalAffinity:
    """Affinity among the local artists of a country, in one signal.

    Parameters
    ----------
    mean
        Mean standardised affinity between two of them. Only items with a training listener count.
    local_share
        Share of local items in the lists of all of them together. Items count with a training listener or without.
    """

    mean: float
    local_share: float


@dataclass(frozen=True)
class CountryCohesion:
    """Affinity among a country's local artists, in a signal and among the country's own listeners.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2.
    local
        Number of local artists compared.
    listeners
        Training listeners who live there.
    model
        In the signal, which is one of a model, or a system.
    own
        Among the listeners of the country, by the cosine of co-listening.
    """

    country: str
    local: int
    listeners: int
    model: LocalAffinity
    own: LocalAffinity

    @property
    def cohesion(self) -> float:
        """Affinity in the signal minus affinity among the own listeners."""
        return self.model.mean - self.own.mean


def mean_cohesion(rows: list[CountryCohesion]) -> float:
    """Return the mean over countries, weighted by their number of local artists that are compared; NaN without any.

    Parameters
    ----------
    rows
        What :func:`cohesion_by_country` returns.

    Examples
    --------
    Five Poles all play the same five Polish artists, five Brazilians five others. Each artist has four similar ones and
    five others, with standardised affinities of 1.12 and -0.89, in the first signal and among listeners: the cohesion
    is 0. A signal with ten equal artists gives 0 to all: its cohesion is -1.12.

    >>> plays = CSR.from_coo(np.repeat(range(10), 5), [*range(5)] * 5 + [*range(5, 10)] * 5, [1] * 50, (10, 10))
    >>> where = np.repeat(["PL", "BR"], 5)
    >>> from tigertail.signals.factors import FactorAffinity
    >>> two = FactorAffinity(np.repeat(np.eye(2, dtype=np.float32), 5, axis=0))
    >>> one = FactorAffinity(np.ones((10, 1), np.float32))
    >>> [round(mean_cohesion(cohesion_by_country(signal, plays, where, where)), 6) for signal in (two, one)]
    [0.0, -1.118034]
    """
    weights = [row.local for row in rows]
    return float(np.average([row.cohesion for row in rows], weights=weights)) if rows else float("nan")


def cohesion_by_country(
    signal: Signal, plays: CSR, listener_country: NDArray[np.str_], item_country: NDArray[np.str_]
) -> list[CountryCohesion]:
    """Return the cohesion of each country.

    Parameters
    ----------
    signal
        The signal.
    plays
        Training listeners by items, these from the most played down, as their codes run.
    listener_country
        Country of each training listener; "" where unknown.
    item_country
        Country of each item; "" where unknown.

    Returns
    -------
    list of CountryCohesion
        Countries with five local artists or more of five listeners or more, where a listener lives who plays one of
        these and another item, and about which the signal has data; in order of their codes.

    Examples
    --------
    A signal with ten equal artists of two countries lists the other nine after each; four of them are of the same
    country. The listeners of that country play these four and no other.

    >>> plays = CSR.from_coo(np.repeat(range(10), 5), [*range(5)] * 5 + [*range(5, 10)] * 5, [1] * 50, (10, 10))
    >>> where = np.repeat(["PL", "BR"], 5)
    >>> from tigertail.signals.factors import FactorAffinity
    >>> rows = cohesion_by_country(FactorAffinity(np.ones((10, 1), np.float32)), plays, where, where)
    >>> [(row.country, row.local, round(row.model.local_share, 2), row.own.local_share) for row in rows]
    [('BR', 5, 0.44, 1.0), ('PL', 5, 0.44, 1.0)]
    """
    [rows] = compare_cohesion({"": signal}, plays, listener_country, item_country).values()
    return rows


def compare_cohesion(
    signals: Mapping[str, Signal],
    plays: CSR,
    listener_country: NDArray[np.str_],
    item_country: NDArray[np.str_],
) -> dict[str, list[CountryCohesion]]:
    """Return the same for several signals by name; the affinity among own listeners is computed once."""
    popularity = np.bincount(plays.indices, minlength=plays.shape[1])
    played = popularity > 0
    countries = np.unique(item_country[item_country != UNKNOWN])
    found: dict[str, list[CountryCohesion]] = {name: [] for name in signals}
    with progress("cohesion", len(countries)) as tick:
        for country in countries:
            tick(note=str(country))
            is_local = item_country == country
            local = np.flatnonzero(is_local & (popularity >= MIN_LISTENERS))[:MAX_LOCAL_ARTISTS].astype(
                np.int32
            )
            residents = np.flatnonzero(listener_country == country)
            own = plays.select_rows(residents)
            if len(local) < MIN_LOCAL_ARTISTS or own.nnz == 0:
                continue
            among_own, any_own = _local_affinity(_Cosine(own), local, is_local, played)
            if not any_own:
                continue
            for name, signal in signals.items():
                in_signal, known = _local_affinity(signal, local, is_local, played)
                if known:
                    row = CountryCohesion(str(country), len(local), len(residents), in_signal, among_own)
                    found[name].append(row)
    return found


class _Cosine:
    """The cosine of co-listening as a signal; items without a common listener have no affinity."""

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


def _local_affinity(
    signal: Signal, local: NDArray[np.int32], is_local: NDArray[np.bool_], played: NDArray[np.bool_]
) -> tuple[LocalAffinity, bool]:
    """Return the affinity among local items, and whether the signal has data about any of them and another item.

    A block of queries at a time bounds the memory for any number of items.
    """
    block = max(1, BLOCK_BYTES // (8 * len(played)))
    place = np.cumsum(played)[local] - 1
    total, listed_local, listed, any_known = 0.0, 0, 0, False
    for start in range(0, len(local), block):
        queries = local[start : start + block]
        rows = signal.affinity(queries)
        answers, _ = top_k(rows, LISTED, queries)
        listed_local += int((is_local[answers] & (answers >= 0)).sum())
        listed += int((answers >= 0).sum())
        itself = np.arange(len(queries)), np.arange(start, start + len(queries))  # in rows of local items
        of_played = rows[:, played]
        others = np.ones(of_played.shape, bool)
        others[itself[0], place[itself[1]]] = False
        any_known |= bool((np.isfinite(of_played) & others).any())
        among = _standardised(of_played, others, place)
        among[itself] = 0
        total += float(among.sum())
    pairs = len(local) * (len(local) - 1)
    return LocalAffinity(total / pairs, listed_local / listed if listed else 0.0), any_known


def _standardised(
    rows: NDArray[np.float32], others: NDArray[np.bool_], columns: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return some columns of rows standardised to mean 0 and deviation 1 over the others than the query itself."""
    finite = np.isfinite(rows)
    if not finite.all():  # unknown items rank last, and not above 0, which stands for the query itself
        least = np.where(finite & others, rows, 0).min(axis=1, keepdims=True)
        rows = np.where(finite, rows, least)
    spread = rows.std(axis=1, keepdims=True, dtype=np.float64, where=others)
    away = rows[:, columns] - rows.mean(axis=1, keepdims=True, dtype=np.float64, where=others)
    return np.asarray(away / np.where(spread > 0, spread, 1))

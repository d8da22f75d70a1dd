"""Beyond-accuracy metrics: coverage, concentration, popularity, diversity and locality of lists.

Where nothing else is said, lists are those of the distinct query items of a split: of an item that is a query of
several listeners, the list of the first one. N_B is the number of lists that hold B, n_B the number of B's training
listeners, and the played items those with a training listener.

=============  =======================================================================================
coverage@k     share of the played items that is in some list
Gini@k         Gini index of N_B over the played items: 0, all equal; near 1, the same few items are in all lists
popularity@k   mean n_B over all places of all lists (ARP of Yin et al., VLDB 2012)
APLT@k         mean share of tail items in a list (Abdollahpouri et al., RecSys 2017); the tail is all
               items but the most popular ones that hold 80 % of interactions
hubness@k      skewness of N_B over the played items (Radovanovic et al., JMLR 2010)
ILS@k          mean cosine, over pairs of a list, of their training listeners (Ziegler et al., WWW 2005);
               of the lists of the 2,000 most popular query items
locality JS@k  mean Jensen-Shannon divergence, in bits, between the share of local items among those a
               held-out listener plays (in a split by time their targets) and in the list of every query; local:
               of the listener's country, an item of an unknown one is not (Lesota et al. 2024)
cohesion       affinity among a country's artists, minus the same by that country's listeners:
               see :mod:`tigertail.evaluation.metrics.country_cohesion`
=============  =======================================================================================
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tigertail.dataset.strata import MID
from tigertail.evaluation.metrics.country_cohesion import cohesion_by_country, mean_cohesion
from tigertail.evaluation.metrics.locality import UNKNOWN, item_countries, listener_countries
from tigertail.signals.contract import Signal
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split

MAX_LISTS: Final = 2000  # scored by intra-list similarity; codes run from the most popular item down


def list_figures(lists: NDArray[np.int32], signal: Signal, split: Split) -> dict[str, float]:
    """Return the figures above for the lists of every query.

    Parameters
    ----------
    lists
        Items listed for each query, -1 after the end of a list; int32, (queries, k).
    signal
        The system's affinities, for the cohesion; without its lens, where the lists have one.
    split
        The split that the lists answer.
    """
    _, first = np.unique(split.query_items, return_index=True)
    distinct = lists[first]
    played = split.popularity > 0
    shown = np.bincount(distinct[distinct >= 0], minlength=len(played))[played]
    figures = {
        "coverage": coverage(shown),
        "Gini": gini(shown),
        "popularity": mean_popularity(distinct, split.popularity),
        "APLT": long_tail_share(distinct, split.strata),
        "hubness": skewness(shown),
        "ILS": intra_list_similarity(distinct[:MAX_LISTS], split.interactions.plays),
    }
    training_country, held_out_country = listener_countries(split)
    item_country = item_countries(split)
    query_country = held_out_country[split.query_listeners]
    figures["locality JS"] = locality_divergence(lists, query_country, item_country, split)
    by_country = cohesion_by_country(signal, split.interactions.plays, training_country, item_country)
    figures["cohesion"] = mean_cohesion(by_country)
    return figures


def coverage(counts: NDArray[np.int64]) -> float:
    """Return the share of items that are shown at all.

    Examples
    --------
    >>> coverage(np.array([3, 0, 1, 0]))
    0.5
    """
    return float((counts > 0).mean())


def gini(counts: NDArray[np.int64]) -> float:
    """Return the Gini index of some counts.

    Examples
    --------
    >>> gini(np.array([2, 2, 2, 2])), gini(np.array([0, 0, 0, 8]))
    (0.0, 0.75)
    """
    ordered = np.sort(counts)
    n, total = len(ordered), ordered.sum()
    if total == 0:
        return float("nan")
    return float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / (n * total))


def mean_popularity(lists: NDArray[np.int32], popularity: NDArray[np.int64]) -> float:
    """Return the mean listener count of the listed items.

    Examples
    --------
    >>> mean_popularity(np.array([[0, 1], [1, -1]], np.int32), np.array([10, 4]))
    6.0
    """
    listed = lists[lists >= 0]
    return float(popularity[listed].mean()) if len(listed) else float("nan")


def long_tail_share(lists: NDArray[np.int32], strata: NDArray[np.int8]) -> float:
    """Return the mean share of tail items in a list; empty lists do not count.

    Examples
    --------
    >>> from tigertail.dataset.strata import HEAD, TAIL
    >>> long_tail_share(np.array([[0, 1], [1, -1]], np.int32), np.array([HEAD, TAIL], np.int8))
    0.75
    """
    listed = lists >= 0
    rows = listed.any(axis=1)
    tail = listed & (strata[lists] > MID)
    return float((tail[rows].sum(axis=1) / listed[rows].sum(axis=1)).mean()) if rows.any() else float("nan")


def skewness(counts: NDArray[np.int64]) -> float:
    """Return the skewness of the numbers of lists that items are in: large where a few hubs are in most lists.

    Examples
    --------
    >>> round(skewness(np.array([1, 1, 1, 5])), 4)
    1.1547
    """
    spread = counts.std()
    return float(((counts - counts.mean()) ** 3).mean() / spread**3) if spread > 0 else float("nan")


def intra_list_similarity(lists: NDArray[np.int32], plays: CSR) -> float:
    """Return the mean cosine, over the pairs of a list, of the items' listeners; lists of one item do not count.

    Examples
    --------
    Items 0 and 1 have the same two listeners, item 2 another.

    >>> plays = CSR.from_coo([0, 0, 1, 1, 2], [0, 1, 0, 1, 2], [1] * 5, shape=(3, 3))
    >>> round(intra_list_similarity(np.array([[0, 1], [0, 2]], np.int32), plays), 4)
    0.5
    """
    sizes = (lists >= 0).sum(axis=1)
    lists = lists[sizes >= 2]
    row, place = np.nonzero(lists >= 0)
    member = sp.csr_matrix((np.ones(len(row)), (row, lists[row, place])), (len(lists), plays.shape[1]))
    popularity = np.bincount(plays.indices, minlength=plays.shape[1])
    unit = 1 / np.sqrt(np.maximum(popularity, 1))
    listeners = sp.csr_matrix((unit[plays.indices], plays.indices, plays.indptr), plays.shape)
    sums = np.asarray((member @ listeners.T).power(2).sum(axis=1)).ravel()
    n = sizes[sizes >= 2]
    selves = np.asarray(member @ (popularity > 0).astype(float)).ravel()
    return float(((sums - selves) / (n * (n - 1))).mean()) if len(n) else float("nan")


def locality_divergence(
    lists: NDArray[np.int32], query_country: NDArray[np.str_], item_country: NDArray[np.str_], split: Split
) -> float:
    """Return the mean divergence between the share of local music a listener plays and that in their lists.

    Empty lists and those of listeners of unknown country do not count.

    Parameters
    ----------
    lists
        Lists of each query; int32, (queries, k).
    query_country
        Country of the listener of each query.
    item_country
        Country of each item.
    split
        The split, for the items that the listeners play: its ``relevant``, of which a query may be one.
    """
    listed = lists >= 0
    counted = (query_country != UNKNOWN) & listed.any(axis=1)
    if not counted.any() or not (item_country != UNKNOWN).any():
        return float("nan")
    local = (item_country[lists] == query_country[:, None]) & listed
    shown = local[counted].sum(axis=1) / listed[counted].sum(axis=1)
    relevant = split.relevant
    owner = relevant.entry_rows()
    country = np.full(relevant.shape[0], UNKNOWN, dtype="<U2")
    country[split.query_listeners] = query_country
    played = np.bincount(owner, item_country[relevant.indices] == country[owner], relevant.shape[0])
    share = played / np.maximum(relevant.row_sizes, 1)
    return float(divergence(share[split.query_listeners[counted]], shown).mean())


def divergence(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Jensen-Shannon divergence of two shares, in bits.

    Examples
    --------
    >>> divergence(np.array([0.0, 0.5]), np.array([1.0, 0.5]))
    array([1., 0.])
    """

    def entropy(share: NDArray[np.float64]) -> NDArray[np.float64]:
        both = np.stack([share, 1 - share])
        return np.asarray(-np.where(both > 0, both * np.log2(np.where(both > 0, both, 1)), 0).sum(axis=0))

    return np.asarray(np.maximum(entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2, 0))

"""Accuracy metrics of ranked lists: nDCG, IPS-nDCG, recall and reciprocal rank, one number per query.

In all of them a query is an item A of a held-out listener, the relevant items are the listener's others,
and the list ranks the listener's catalogue without A. With rel_r = 1 where the item at rank r is relevant,
g = 1 / max(propensity of the item, 1), and R the relevant items:

    nDCG@k     = sum_r rel_r / log2(r + 1)  /  IDCG,    IDCG = sum_{r <= min(k, |R|)} 1 / log2(r + 1)
    IPS-nDCG@k = sum_r rel_r w_r / log2(r + 1)  /  IDCG,    w = g / (mean of g over R)
    Recall@k   = relevant items in the list  /  min(k, |R|)
    RR@k       = 1 / rank of the first relevant item, 0 without one

nDCG is that of Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (TOIS 2002)
with binary gains. IPS-nDCG weights each hit by the inverse propensity of its being seen, taken as its
listeners corrected for who could hear it, and is self-normalised as in Swaminathan and Joachims, "The
Self-Normalized Estimator for Counterfactual Learning" (NeurIPS 2015): the weights of a query have mean 1. A
list that finds popular and rare items equally has its nDCG; one that finds more of the rare items has more
(even above 1), one that finds only popular items less.
"""

# Numba compiles kernels from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange
from tigertail.sparse import CSR

METRICS: Final = ("nDCG", "IPS-nDCG", "Recall", "RR")
_NDCG, _IPS_NDCG, _RECALL, _RR = range(4)  # their columns


def score_lists(
    lists: NDArray[np.int32],
    relevant: CSR,
    listeners: NDArray[np.int32],
    items: NDArray[np.int32],
    propensity: NDArray[np.int64] | NDArray[np.float64],
    targets: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Score the list of every query.

    Parameters
    ----------
    lists
        Items listed for each query, best first, -1 after the end of the list; the query is no hit, but has a rank;
        int32, (queries, k).
    relevant
        Held-out listeners by items.
    listeners, items
        Listener (row of ``relevant``) and item of each query, -1 for a list that is after no item; int32, (queries,).
    propensity
        Training listeners of each item, corrected for who could hear it
        (:attr:`tigertail.splitting.hold_out.Split.adjusted_listeners`); (items,).
    targets
        Items that can be relevant, such as those of one stratum; bool, (items,). Lists do not change.

    Returns
    -------
    NDArray[np.float64]
        One column per metric, in the order of :data:`METRICS`; (queries, metrics). NaN where a query has no
        relevant item.

    Examples
    --------
    One listener likes items 0, 1 and 3; the query is 0 and the list 3, 2, 1. Items have 4, 2, 1, 1 listeners.

    >>> likes = CSR.from_coo([0, 0, 0], [0, 1, 3], [1, 1, 1], shape=(1, 4))
    >>> zero = np.zeros(1, np.int32)
    >>> score_lists(np.array([[3, 2, 1]], np.int32), likes, zero, zero, np.array([4, 2, 1, 1])).round(4)
    array([[0.9197, 1.0219, 1.    , 1.    ]])

    nDCG is (1 + 1/2) / (1 + 1/log2(3)). Gains are 1/1 and 1/2 with mean 3/4, so weights are 4/3 and 2/3, and
    IPS-nDCG is (4/3 + 2/3/2) / (1 + 1/log2(3)).
    """
    inverse_propensity = 1.0 / np.maximum(propensity, 1)
    can_be_relevant = np.ones(len(propensity), np.bool_) if targets is None else targets
    held_out = relevant.indptr, relevant.indices
    return _score_lists(lists, *held_out, listeners, items, inverse_propensity, can_be_relevant)  # type: ignore[no-any-return]


@njit(parallel=True, cache=True)
def _score_lists(lists, offsets, indices, listeners, items, inverse_propensity, can_be_relevant):
    k = lists.shape[1]
    out = np.full((len(items), len(METRICS)), np.nan)
    for query in prange(len(items)):
        liked = indices[offsets[listeners[query]] : offsets[listeners[query] + 1]]
        relevant = 0
        mean_weight = 0.0
        for item in liked:
            if item != items[query] and can_be_relevant[item]:
                mean_weight += inverse_propensity[item]
                relevant += 1
        if relevant == 0:
            continue
        mean_weight /= relevant
        ideal = dcg = ips = first = 0.0
        hits = 0
        for rank in range(k):
            discount = 1 / np.log2(rank + 2)
            if rank < relevant:
                ideal += discount
            item = lists[query, rank]
            if item < 0 or item == items[query] or not can_be_relevant[item]:
                continue
            at = np.searchsorted(liked, item)
            if at < len(liked) and liked[at] == item:
                dcg += discount
                ips += inverse_propensity[item] / mean_weight * discount
                hits += 1
                if first == 0:
                    first = 1 / (rank + 1)
        out[query, _NDCG] = dcg / ideal
        out[query, _IPS_NDCG] = ips / ideal
        out[query, _RECALL] = hits / min(k, relevant)
        out[query, _RR] = first
    return out

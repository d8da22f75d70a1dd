"""List changes: how much two signals differ in the lists of the same items.

The lists are those of the signals: they have the items that a model keeps out of its answers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.full_names import full_names
from tigertail.progress import progress
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import Signal

LISTED: Final = 20  # items of a list that are compared
SHOWN: Final = 3  # of these, the first, by name
MIN_LISTENERS: Final = 20  # lists of rarer items are mostly chance
MAX_QUERIES: Final = 5000  # items compared; of more, as many are drawn at random
BLOCK_BYTES: Final = 2**27  # affinities held at a time


@dataclass(frozen=True)
class ListChange:
    """An item whose list changed.

    Parameters
    ----------
    item_id, name
        Of the item.
    listeners
        Listener count.
    place
        Code of the place it is local to, as :func:`compare_lists` takes it; "" for none.
    change
        1 minus the average overlap of the two lists: 0, the same list; 1, nothing in common.
    common
        Number of items in both lists.
    before, after
        Names of the first three of each list.
    """

    item_id: str
    name: str
    listeners: int
    place: str
    change: float
    common: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class ListChanges:
    """Changes of many lists.

    Parameters
    ----------
    queries
        Number of items compared.
    eligible
        Number of items that have enough listeners and that both signals have data about.
    mean
        Mean change; NaN without a query.
    largest
        The largest changes, in falling order.
    """

    queries: int
    eligible: int
    mean: float
    largest: tuple[ListChange, ...]


def compare_lists(
    items: pl.DataFrame,
    before: Signal,
    after: Signal,
    places: NDArray[np.str_],
    *,
    n: int = 10,
    seed: int = 0,
) -> ListChanges:
    """Compare the lists of two signals, item by item.

    Parameters
    ----------
    items
        A model's items, in the order of their codes.
    before, after
        The signals.
    places
        Code of the place that each item is local to, a country, a region or a learned group: by the catalogue, or else
        by its listeners; "" for none.
    n
        How many of the largest changes to return.
    seed
        Seed of the random choice, where there are more than :data:`MAX_QUERIES`.
    """
    listeners = items["listeners"].to_numpy()
    eligible = np.flatnonzero((listeners >= MIN_LISTENERS) & before.known & after.known).astype(np.int32)
    queries = eligible
    if len(eligible) > MAX_QUERIES:
        queries = np.sort(np.random.default_rng(seed).choice(eligible, MAX_QUERIES, replace=False))
    old, new = (np.full((len(queries), min(LISTED, len(items))), -1, np.int32) for _ in range(2))
    block = max(1, BLOCK_BYTES // (4 * max(1, len(items))))
    with progress("lists", len(queries)) as tick:
        for start in range(0, len(queries), block):
            block_queries = queries[start : start + block]
            for signal, lists in ((before, old), (after, new)):
                lists[start : start + block] = top_k(signal.affinity(block_queries), LISTED, block_queries)[0]
            tick(len(block_queries))
    change = 1 - average_overlap(old, new)
    names = full_names(items)

    def first(codes: NDArray[np.int32]) -> tuple[str, ...]:
        shown: Sequence[int] = codes[codes >= 0][:SHOWN].tolist()
        return tuple(names[code] for code in shown)

    largest = []
    for row in np.argsort(-change, kind="stable")[:n]:
        code = int(queries[row])
        common = np.intersect1d(old[row][old[row] >= 0], new[row])
        largest.append(
            ListChange(
                item_id=items[c.ITEM_ID][code],
                name=names[code],
                listeners=int(listeners[code]),
                place=str(places[code]),
                change=float(change[row]),
                common=len(common),
                before=first(old[row]),
                after=first(new[row]),
            )
        )
    mean = float(change.mean()) if len(change) else float("nan")
    return ListChanges(len(queries), len(eligible), mean, tuple(largest))


def average_overlap(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the average overlap of pairs of lists: the mean over depths d of the share common to both tops of d.

    Parameters
    ----------
    a, b
        Lists of codes, -1 after the end of a list; int32, (pairs, k). The longer of two sets the depths.

    Returns
    -------
    NDArray[np.float64]
        From 0 to 1, (pairs,); 1 for two empty lists.

    Examples
    --------
    The same; the first two swapped (0 at depth 1, then 1 and 1); nothing in common.

    >>> a = np.array([[1, 2, 3]] * 3)
    >>> average_overlap(a, np.array([[1, 2, 3], [2, 1, 3], [4, 5, 6]])).round(3)
    array([1.   , 0.667, 0.   ])
    """
    k = a.shape[1]
    length = np.maximum((a >= 0).sum(axis=1), (b >= 0).sum(axis=1))
    pair, i = np.nonzero(a >= 0)
    common = np.zeros(a.shape, np.int64)
    for j in range(k):
        same = a[pair, i] == b[pair, j]
        np.add.at(common, (pair[same], np.maximum(i[same], j)), 1)  # from that depth on
    depth = np.arange(1, k + 1)
    shares = np.where(depth <= length[:, None], common.cumsum(axis=1) / depth, 0)
    return np.where(length > 0, shares.sum(axis=1) / np.maximum(length, 1), 1.0)

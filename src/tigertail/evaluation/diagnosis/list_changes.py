"""What the local models change: the lists of which artists, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.progress import progress
from tigertail.retrieval.topk import top_k
from tigertail.signals.contract import Signal

LISTED: Final = 20
SHOWN: Final = 3
FEWEST_LISTENERS: Final = 20  # below which a list is mostly chance
MOST_ASKED: Final = 5000  # artists looked at; of more, as many are drawn at random
BLOCK_BYTES: Final = 2**27  # affinities held at a time


@dataclass(frozen=True)
class Change:
    """An artist whose list changed.

    Parameters
    ----------
    item_id, name
        Who it is.
    listeners
        How many play it.
    home
        Where it is local, as a place's code; "" for nowhere.
    change
        1 minus the average overlap of the two lists: 0, the same list; 1, nothing in common.
    common
        How many of the items listed before are listed after.
    before, after
        Names of the first three of each list.
    """

    item_id: str
    name: str
    listeners: int
    home: str
    change: float
    common: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """How much lists changed.

    Parameters
    ----------
    asked
        How many items were asked about.
    eligible
        How many have listeners enough.
    mean
        Mean change of those asked about; NaN where nobody was.
    most
        Those that changed most, the largest change first.
    """

    asked: int
    eligible: int
    mean: float
    most: tuple[Change, ...]


def changes(
    items: pl.DataFrame,
    before: Signal,
    after: Signal,
    homes: NDArray[np.str_],
    *,
    n: int = 10,
    seed: int = 0,
) -> Changes:
    """Compare the lists of two signals, item by item.

    Parameters
    ----------
    items
        A model's items, in the order of their codes.
    before, after
        The signals.
    homes
        Where each item is local.
    n
        How many of those that changed most to return.
    seed
        Seed of the draw, where there are too many to ask about.
    """
    listeners = items["listeners"].to_numpy()
    eligible = np.flatnonzero((listeners >= FEWEST_LISTENERS) & before.known & after.known).astype(np.int32)
    asked = eligible
    if len(eligible) > MOST_ASKED:
        asked = np.sort(np.random.default_rng(seed).choice(eligible, MOST_ASKED, replace=False))
    old, new = (np.full((len(asked), min(LISTED, len(items))), -1, np.int32) for _ in range(2))
    block = max(1, BLOCK_BYTES // (4 * max(1, len(items))))
    with progress("lists", len(asked)) as tick:
        for start in range(0, len(asked), block):
            queries = asked[start : start + block]
            for signal, lists in ((before, old), (after, new)):
                lists[start : start + block] = top_k(signal.affinity(queries), LISTED, queries)[0]
            tick(len(queries))
    change = 1 - average_overlap(old, new)
    names = items[c.NAME]

    def first(codes: NDArray[np.int32]) -> tuple[str, ...]:
        shown: Sequence[int] = codes[codes >= 0][:SHOWN].tolist()
        return tuple(names[code] for code in shown)

    most = []
    for row in np.argsort(-change, kind="stable")[:n]:
        code = int(asked[row])
        common = np.intersect1d(old[row][old[row] >= 0], new[row])
        most.append(
            Change(
                item_id=items[c.ITEM_ID][code],
                name=names[code],
                listeners=int(listeners[code]),
                home=str(homes[code]),
                change=float(change[row]),
                common=len(common),
                before=first(old[row]),
                after=first(new[row]),
            )
        )
    mean = float(change.mean()) if len(change) else float("nan")
    return Changes(len(asked), len(eligible), mean, tuple(most))


def average_overlap(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the average overlap of pairs of lists: the mean over depths d of the share common to both tops of d.

    Parameters
    ----------
    a, b
        Lists of codes, -1 where a list has ended; int32, (pairs, k). The longer of two sets the depths.

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
    depth = np.maximum((a >= 0).sum(axis=1), (b >= 0).sum(axis=1))
    # An item at places i and j is common to the tops from max(i, j) on, and adds 1/d at each such depth d.
    inverse = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, k + 1))])  # sum of 1/d up to each depth
    pair, i = np.nonzero(a >= 0)
    overlap = np.zeros(len(a))
    for j in range(k):
        same = a[pair, i] == b[pair, j]
        deepest = np.maximum(i[same], j)
        np.add.at(overlap, pair[same], inverse[depth[pair[same]]] - inverse[deepest])
    return np.where(depth > 0, overlap / np.maximum(depth, 1), 1.0)

"""Common listeners counted on many machines: what ``strongest_products`` does, by ranges of items.

A task counts for the items of one range. It has the listeners of these items, and all that these listeners play. A
range has few items where they are popular and many where they are not, so that all tasks take about as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.co_listening import strongest_of_items
from tigertail.signals.neighbour_lists import best_of_each
from tigertail.spark.arrays import read_arrays, records_of
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Record
from tigertail.spark.stages import Distributed
from tigertail.sparse import CSR

RANGE_PAIRS: Final = 1_000_000_000
"""Pairs of an entry of U and one of V that a task multiplies, at most about: some seconds of work."""
GAINS: Final = "gains"
RANGES: Final = "ranges"
NEIGHBOURS: Final = "neighbours"


class DistributedProducts(Distributed):
    """Keeps the largest products; called as :func:`tigertail.signals.co_listening.strongest_products` is."""

    def __call__(
        self,
        by_item: CSR,
        by_listener: CSR,
        k: int,
        *,
        lengths: NDArray[np.float32] | None = None,
        gains: NDArray[np.float32] | None = None,
        shrinkage: float = 0.0,
    ) -> CSR:
        """Keep the largest entries of each row of a product."""
        ones = np.ones(by_listener.shape[1], np.float32)
        lengths, gains = (ones if given is None else given for given in (lengths, gains))
        bounds = ranges_of(by_item, by_listener)
        entries = [*by_item.to_arrays().values(), *by_listener.to_arrays().values()]
        parts = [*entries, bounds, k, lengths, gains, shrinkage]
        stages = self.stages("products", *parts)
        stages.put(GAINS, [records_of({"gains": gains})])
        spans = [slice(*bounds[block : block + 2].tolist()) for block in range(len(bounds) - 1)]
        stages.put(RANGES, (_range(by_item, by_listener, span, lengths) for span in spans))
        stages.make(NEIGHBOURS, partial(_neighbours, k=k, shrinkage=shrinkage), len(spans))
        codes, scores = [], []
        for block in range(len(spans)):
            found = read_arrays(stages.kept, NEIGHBOURS, block)
            codes.append(found["codes"])
            scores.append(found["scores"])
        return best_of_each(np.concatenate(codes), np.concatenate(scores))


def ranges_of(by_item: CSR, by_listener: CSR) -> NDArray[np.int64]:
    """Return the first item of each range, and the end of the last, of some items.

    Ranges have about the same work, at most about :data:`RANGE_PAIRS`: pairs of an entry of U and one of V that
    are multiplied.
    """
    work = np.concatenate([[0], np.cumsum(by_listener.row_sizes[by_item.indices])])[by_item.indptr]
    ranges = max(2, -(-int(work[-1]) // RANGE_PAIRS))
    inner = np.searchsorted(work, work[-1] * np.arange(1, ranges) / ranges)
    return np.unique(np.concatenate([[0], inner, [len(work) - 1]])).astype(np.int64)


def _range(by_item: CSR, by_listener: CSR, span: slice, lengths: NDArray[np.float32]) -> Iterator[Record]:
    """Yield what a task needs of a range: its rows of U (``own_``), and its listeners' rows of V (``theirs_``)."""
    own = by_item.select_rows(np.arange(span.start, span.stop))
    listeners, renumbered = np.unique(own.indices, return_inverse=True)
    theirs = by_listener.select_rows(listeners)
    arrays: dict[str, NDArray[Any]] = {"first": np.array(span.start), "lengths": lengths[span]}
    arrays |= CSR(own.indptr, renumbered.astype(np.int32), own.data, own.shape).to_arrays("own_")
    yield from records_of(arrays | theirs.to_arrays("theirs_"))


def _neighbours(block: int, kept: Checkpoints, k: int, shrinkage: float) -> Iterator[Record]:
    gains = read_arrays(kept, GAINS, 0)["gains"]
    arrays = read_arrays(kept, RANGES, block)
    theirs = CSR.from_arrays(arrays, len(gains), "theirs_")
    own = CSR.from_arrays(arrays, theirs.shape[0], "own_")
    found = strongest_of_items(own, theirs, int(arrays["first"]), k, arrays["lengths"], gains, shrinkage)
    yield from records_of(dict(zip(("codes", "scores"), found, strict=True)))

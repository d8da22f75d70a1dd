"""Signals that are lists of neighbours: a sparse matrix of the strongest affinities of each item."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange
from tigertail.signals.contract import Arrays
from tigertail.signals.evidence import NO_EVIDENCE, Evidence
from tigertail.signals.remap import ItemRemap
from tigertail.sparse import CSR


@dataclass(frozen=True, eq=False)
class NeighbourLists:
    """The strongest neighbours of every item. A signal of this kind is a subclass with ``EVIDENCE``.

    Parameters
    ----------
    neighbours
        Items by items, an affinity an entry; every other pair counts as one without data, also where the signal has
        some but keeps stronger neighbours.
    """

    neighbours: CSR

    EVIDENCE: ClassVar[Evidence]
    """What links neighbours."""

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items with a neighbour."""
        return self.neighbours.row_sizes > 0

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item; ``-inf`` beyond the neighbours that are kept."""
        scores = np.full((len(queries), self.neighbours.shape[1]), -np.inf, np.float32)
        for row, query in enumerate(queries):
            items, values = self.neighbours.row(query)
            scores[row, items] = values
        return scores

    @property
    def finds_all(self) -> bool:
        """Whether :meth:`nearest` returns every item that it has data about: it does."""
        return True

    def nearest(self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return all neighbours of some queries; see :class:`~tigertail.signals.contract.Retrieves`."""
        rows = self.neighbours.select_rows(queries)
        sizes = rows.row_sizes
        codes = np.full((len(queries), int(sizes.max(initial=0))), -1, np.int32)
        codes[np.arange(codes.shape[1]) < sizes[:, None]] = rows.indices
        return codes

    def affinity_of_pairs(
        self, queries: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return the affinity from each query to some items; see :class:`~tigertail.signals.contract.Retrieves`."""
        affinities = np.full(len(items), -np.inf, np.float32)
        _entries_at(*matrix_rows(self.neighbours), queries, starts, items, affinities)
        return affinities

    def explain(self, query: int, items: NDArray[np.int32]) -> list[Evidence]:
        """Return what links neighbours; nothing for items that are none."""
        linked = self.EVIDENCE
        return [linked if near else NO_EVIDENCE for near in self.are_neighbours(query, items).tolist()]

    def are_neighbours(self, query: int, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return whether each item is a neighbour of the query; bool, (items,)."""
        near = self.neighbours.row(query)[0]  # ascending
        if not len(near):
            return np.zeros(len(items), np.bool_)
        return np.asarray(near.take(near.searchsorted(items), mode="clip") == items)

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the signal with its items under new codes; new items are unknown to it."""
        return type(self)(*(to.move_both(matrix) for matrix in self._matrices().values()))

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        arrays: Arrays = {}
        for name, matrix in self._matrices().items():
            arrays |= matrix.to_arrays(f"{name}_")
        return arrays, {"items": self.neighbours.shape[1]}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what was kept on disk."""
        names = (one.name for one in fields(cls))
        return cls(*(CSR.from_arrays(arrays, settings["items"], f"{name}_") for name in names))

    def _matrices(self) -> dict[str, CSR]:
        """Return the matrices of items by items: the neighbours, and whatever else a subclass has."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


class MatrixRows(NamedTuple):
    """A sparse matrix as kernels take it: Numba knows named tuples of arrays, but no classes of ours."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]


def matrix_rows(matrix: CSR) -> MatrixRows:
    """Return a matrix as a kernel takes it."""
    return MatrixRows(matrix.indptr, matrix.indices, matrix.data)


def best_of_each(codes: NDArray[np.int32], scores: NDArray[np.float32], items: int | None = None) -> CSR:
    """Return the matrix of the best neighbours of each item.

    Parameters
    ----------
    codes
        Item codes, all different, and -1 where there is no further neighbour; int32, (items, k).
    scores
        Their affinities; float32, (items, k).
    items
        How many items there are, where ``codes`` has the neighbours of some; None means as many as it has rows.

    Returns
    -------
    CSR
        Those items by all items.
    """
    offsets = np.zeros(len(codes) + 1, np.int64)
    np.cumsum((codes >= 0).sum(axis=1), out=offsets[1:])
    indices, data = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.float32)
    _write_by_code(codes, scores, offsets, indices, data)
    return CSR(offsets, indices, data, (len(codes), len(codes) if items is None else items))


@njit(parallel=True, cache=True)
def _write_by_code(codes, scores, offsets, indices, data):
    """Write the neighbours of each item, ascending by code."""
    for row in prange(len(codes)):
        order = np.argsort(codes[row])
        begin, size = offsets[row], offsets[row + 1] - offsets[row]
        for place in range(size):
            listed = order[len(order) - size + place]  # those that are -1 come first
            indices[begin + place], data[begin + place] = codes[row, listed], scores[row, listed]


@njit(cache=True)
def _entries_at(indptr, indices, data, queries, starts, items, affinities):
    """Write the entries of some rows at some columns; both are ascending."""
    for row in range(len(queries)):
        entry, last = indptr[queries[row]], indptr[queries[row] + 1]
        for place in range(starts[row], starts[row + 1]):
            while entry < last and indices[entry] < items[place]:
                entry += 1
            if entry < last and indices[entry] == items[place]:
                affinities[place] = data[entry]

"""Vectors in clusters: the largest products of a query, found among the vectors near it.

The directions of the vectors are clustered (spherical k-means: I. S. Dhillon and D. S. Modha, Machine Learning 42,
2001), into clusters of some 256. Clusters lie side by side, in blocks, and a query looks at the blocks of its own
cluster and of the nearest others, until it has seen 8,192 vectors: as many whatever the catalogue. So it finds the
largest products exactly where there are fewer vectors than these, and most of them where there are more. Sums are taken
as in :mod:`tigertail.signals.dot_products`, each by one thread.

A long vector has a large product with many that do not point its way. Where lengths differ, as those of factors do,
the vectors are therefore parted by length first (X. Yan et al., "Norm-Ranging LSH for Maximum Inner Product Search",
NeurIPS 2018), and a query looks at those near it in each part.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange
from tigertail.ranking.shortlist import NO_BAND, wanted, write_best
from tigertail.signals.directions import directions, lengths
from tigertail.signals.dot_products import (
    ROWS,
    STEP,
    WIDTH,
    add_block,
    at_length,
    blocks,
    dot_in_any_order,
    dots,
)

Floats = NDArray[np.float32]
Codes = NDArray[np.int32]

SIZE: Final = 256  # vectors of a cluster, on average
REACH: Final = 2**13  # vectors that a query looks at
ONE_PART: Final = ((1.0, REACH),)
BY_LENGTH: Final = ((1 / 256, 2**11), (1 / 32, 2**11), (1.0, 2**12))
"""Up to which share of the vectors, the longest first, each part goes, and how many of it a query looks at; chosen by
the recall of the largest products under each popularity exponent in worlds of artists and of tracks."""
ROUNDS: Final = 6  # of k-means
EXAMPLES: Final = 64  # of each cluster, from which the centres are learned
_SHARING: Final = 64
_KEPT: Final = 4  # arrays kept by place: the two searches of audio give a band, a gain and two biases


@dataclass(frozen=True, eq=False)
class ClusteredVectors:
    """Vectors laid out cluster by cluster, in blocks.

    Parameters
    ----------
    laid_out
        As :func:`tigertail.signals.dot_products.blocks` lays them out; float32, (blocks, factors, 256).
    codes
        Item at each place, -1 for none; int32, (blocks * 256,).
    cluster_of
        Cluster of each item, -1 for one with the vector 0; int32, (items,).
    probes
        The blocks that a query of each cluster looks at, -1 where a part has no more near it; int32, (clusters,
        blocks).
    """

    laid_out: Floats
    codes: Codes
    cluster_of: Codes
    probes: Codes

    @classmethod
    def of(cls, vectors: Floats, parts: tuple[tuple[float, int], ...] = ONE_PART, size: int = SIZE) -> Self:
        """Cluster some vectors.

        Parameters
        ----------
        vectors
            Float32, (items, factors); an item with the vector 0 is in no cluster.
        parts
            As :data:`BY_LENGTH`; one where no vector is longer than others.
        size
            Vectors of a cluster, on average.
        """
        vectors = np.asarray(vectors, np.float32)
        length = lengths(vectors)
        longest = np.argsort(-length, kind="stable")[: np.count_nonzero(length)]
        if len(longest) <= sum(reach for _, reach in parts):  # then a query looks at all
            parts = ((1.0, max(1, len(longest))),)
        cluster_of = np.full(len(vectors), -1, np.int32)
        codes, centres = [], []
        first_block, first_cluster, begin = [0], [0], 0
        for share, reach in parts:
            end = math.ceil(share * len(longest))
            there, begin = np.sort(longest[begin:end]), end
            cluster, theirs = _in_two_steps(
                vectors, there, size if len(there) > reach else max(1, len(there))
            )
            cluster_of[there] = first_cluster[-1] + cluster
            padded = np.full(-(-len(there) // WIDTH) * WIDTH, -1, np.int32)
            padded[: len(there)] = there[np.argsort(cluster, kind="stable")]
            codes.append(padded)
            centres.append(theirs)
            first_block.append(first_block[-1] + len(padded) // WIDTH)
            first_cluster.append(first_cluster[-1] + len(theirs))
        counts = np.bincount(cluster_of[longest], minlength=first_cluster[-1])
        asking, every = np.vstack(centres), np.concatenate(codes)
        probes = [
            _probes(asking, theirs, counts[first : first + len(theirs)], -(-reach // WIDTH), block)
            for theirs, first, block, (_, reach) in zip(
                centres, first_cluster[:-1], first_block[:-1], parts, strict=True
            )
        ]
        return cls(_laid_out(vectors, every), every, cluster_of, np.hstack(probes))

    def largest(
        self,
        asking: Floats,
        clusters: Codes,
        n: int,
        band: NDArray[np.uint8],
        gain: Floats | None = None,
        bias: Floats | None = None,
    ) -> Codes:
        """Return the items with the largest products with each query, under each popularity exponent.

        The exponents are those of :mod:`tigertail.ranking.shortlist`.

        Parameters
        ----------
        asking
            Vectors of the queries; float32, (queries, factors).
        clusters
            Cluster of each query, -1 for one that finds nothing; int32, (queries,).
        n
            How many under the own exponent (:func:`tigertail.ranking.shortlist.wanted`).
        band
            Band of popularity of each item; uint8, (items,).
        gain
            What the products with each item are multiplied by; float32, (items,). None means 1.
        bias
            What is added then; float32, (items,). None means 0. Only sums above 0 are found, and exponents multiply
            them. With a bias, the mean of the first block that a query looks at, one of the nearest, is first taken
            away from them.

        Returns
        -------
        NDArray[np.int32]
            In no order, some of them twice, -1 where there are no more; int32, (queries, wanted(n).sum()).
        """
        order = np.argsort(clusters, kind="stable")
        order = order[clusters[order] >= 0]
        theirs = clusters[order]
        changes = np.flatnonzero(np.diff(theirs)) + 1
        # Queries of one cluster share what is read; more than so many at a time would keep threads waiting.
        starts = np.unique(np.concatenate([[0], changes, np.arange(0, len(order), _SHARING), [len(order)]]))
        counts = wanted(n)
        items = np.full((len(asking), counts.sum()), -1, np.int32)
        if len(order):
            _largest(
                at_length(asking[order], self.laid_out.shape[1]),
                np.ascontiguousarray(theirs),
                starts,
                (self.laid_out, self.codes, self.probes),
                self._of_places(band, self._only_items),
                np.ones(len(self.codes), np.float32) if gain is None else self._of_places(gain),
                np.zeros(len(self.codes), np.float32) if bias is None else self._of_places(bias),
                bias is not None,
                order,
                counts,
                items,
            )
        return items

    def _of_places(
        self, of_items: NDArray[Any], work_out: Callable[[NDArray[Any]], NDArray[Any]] = lambda values: values
    ) -> NDArray[Any]:
        """Return what each item has, by place; kept, since who asks for block after block has the same again."""
        known = self._placed.get(id(of_items))
        if known is None:
            known = of_items, work_out(of_items[np.maximum(self.codes, 0)])
            if len(self._placed) >= _KEPT:
                self._placed.clear()
            self._placed[id(of_items)] = known  # with the array itself, so that no other gets its id
        return known[1]

    def _only_items(self, bands: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the bands by place, where there is an item."""
        return np.where(self.codes < 0, NO_BAND, bands)

    @cached_property
    def _placed(self) -> dict[int, tuple[NDArray[Any], NDArray[Any]]]:
        return {}


def _in_two_steps(vectors: Floats, there: NDArray[np.int64], size: int) -> tuple[Codes, Floats]:
    """Return the cluster of each of some vectors, and the directions of the clusters.

    Vectors are parted into a few, then each of these into clusters: to compare every vector with every cluster would
    take longer than all else. Clusters that follow each other are mostly near each other.
    """
    cluster, count = np.zeros(len(there), np.int32), len(there) // size
    if count <= 1:
        return cluster, np.zeros((1, vectors.shape[1]), np.float32)
    coarse = _nearest_centre(vectors, there, _centres(vectors, there, math.isqrt(count)))
    centres: list[Floats] = []
    begin = 0
    for part in np.unique(coarse):
        places = np.flatnonzero(coarse == part)
        own = _centres(vectors, there[places], max(1, round(len(places) / size)))
        cluster[places] = begin + _nearest_centre(vectors, there[places], own)
        centres.append(own)
        begin += len(own)
    return cluster, np.vstack(centres)


def _centres(vectors: Floats, there: NDArray[np.int64], count: int) -> Floats:
    """Return the directions of some clusters; float32, (clusters, factors)."""
    examples = there[:: max(1, len(there) // (EXAMPLES * count))]
    examined = directions(vectors[examples])
    centres = examined[np.linspace(0, len(examples) - 1, count).astype(np.int64)]
    for _ in range(ROUNDS):
        nearest = _nearest_centre(examined, np.arange(len(examined)), centres)
        order = np.argsort(nearest, kind="stable")
        full, starts = np.unique(nearest[order], return_index=True)
        sums = np.add.reduceat(examined[order], starts, axis=0, dtype=np.float64)
        centres[full] = directions(sums.astype(np.float32))
    return centres


def _nearest_centre(vectors: Floats, items: NDArray[np.int64], centres: Floats) -> Codes:
    """Return the centre nearest in direction to each of some vectors, the first of equals; int32."""
    nearest = np.zeros(len(items), np.int32)
    _find_nearest(vectors, items, centres, nearest)
    return nearest


def _laid_out(vectors: Floats, codes: Codes) -> Floats:
    """Return the vectors of the items at each place, in blocks; 0 where there is no item."""
    laid_out = np.zeros((len(codes) // WIDTH, -(-vectors.shape[1] // STEP) * STEP, WIDTH), np.float32)
    for start in range(0, len(laid_out), 1024):
        some = codes[start * WIDTH : (start + 1024) * WIDTH]
        laid_out[start : start + 1024] = blocks(np.where(some[:, None] >= 0, vectors[some], 0))
    return laid_out


def _probes(asking: Floats, centres: Floats, counts: NDArray[np.int64], most: int, first_block: int) -> Codes:
    """Return the blocks of a part that have the vectors of the clusters nearest to each of all, the nearest first."""
    ends = np.cumsum(counts)
    first, last = (ends - counts) // WIDTH, -(-ends // WIDTH)
    probes = np.full((len(asking), min(most, int(last[-1]))), -1, np.int32)
    laid_out = blocks(centres)
    for start in range(0, len(asking), 256):
        near = dots(asking[start : start + 256], laid_out, len(centres))
        # Clusters next to each other share blocks, so one may bring no new block: four times as many clusters as
        # blocks are looked at.
        order = np.argsort(-near, axis=1, kind="stable")[:, : 4 * most]
        for cluster, nearest in enumerate(order, start):
            theirs = np.concatenate([np.arange(first[other], last[other]) for other in nearest])
            places = np.sort(np.unique(theirs, return_index=True)[1])[: probes.shape[1]]
            probes[cluster, : len(places)] = first_block + theirs[places]
    return probes


@njit(parallel=True, cache=True)
def _find_nearest(vectors, items, centres, nearest):
    for place in prange(len(items)):
        vector, largest = vectors[items[place]], np.float32(-np.inf)
        for centre in range(len(centres)):
            product = dot_in_any_order(vector, centres[centre])
            if product > largest:
                nearest[place], largest = centre, product


@njit(parallel=True, cache=True)
def _largest(asking, clusters, starts, layout, bands, gain, bias, is_biased, rows, counts, items):
    laid_out, codes, probes = layout
    for group in prange(len(starts) - 1):
        begin, end = starts[group], starts[group + 1]
        count = end - begin
        near = probes[clusters[begin]]
        near = near[near >= 0]
        scores = np.empty((count, len(near) * WIDTH), np.float32)
        their_codes = np.empty(len(near) * WIDTH, np.int32)
        their_bands = np.empty(len(near) * WIDTH, np.uint8)
        means = np.zeros(count, np.float32)
        sums = np.empty((ROWS, WIDTH), np.float32)
        for probe in range(len(near)):
            block = near[probe]
            places = slice(block * WIDTH, (block + 1) * WIDTH)
            theirs = slice(probe * WIDTH, (probe + 1) * WIDTH)
            their_codes[theirs] = codes[places]
            their_bands[theirs] = bands[places]
            for row in range(0, count, ROWS):
                several = min(ROWS, count - row)
                add_block(asking, begin + row, several, laid_out[block], sums)
                for r in range(several):
                    one = row + r
                    _scale(sums[r], gain[places], bias[places])
                    if is_biased and probe == 0:
                        means[one] = _mean(sums[r], codes[places])
                    scores[one, theirs] = sums[r] - means[one]
        for row in range(count):
            write_best(scores[row], their_bands, their_codes, counts, items[rows[begin + row]])


@njit(cache=True)
def _scale(sums, gain, bias):
    for i in range(WIDTH):
        sums[i] = sums[i] * gain[i] + bias[i]


@njit(cache=True)
def _mean(sums, codes):
    """Return the mean of the sums of a block, but for places without an item."""
    total, count = 0.0, 0
    for i in range(WIDTH):
        if codes[i] >= 0:
            total += sums[i]
            count += 1
    return np.float32(total / max(count, 1))

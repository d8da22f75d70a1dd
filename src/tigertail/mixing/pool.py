"""The pool of a query: the items taken to hold its answers, and a sample that stands for all others.

Each part brings the items with its largest affinities whatever the popularity exponent: the best under several
(:mod:`tigertail.ranking.shortlist`), or, from a look at every item, the best of every band of popularity. In a large
catalogue the parts find these without a look at every item. What the parts have for the pairs of a query and its pool
is worked out exactly.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.instructions import trailing_zeros
from tigertail.kernels import njit, prange
from tigertail.mixing.scale import less_confident, scales_of_pools
from tigertail.ranking.topk import best_of_runs
from tigertail.signals.contract import Retrieves, Signal

Floats = NDArray[np.float32]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]

# By the recall of the exact answers that benchmarks/retrieval.py and benchmarks/scale.py print (docs/performance.md):
# fewer items lose it, more cost time and bring little.
ALL_IN_POOL: Final = 2048  # items of a catalogue up to which all are in every pool
SCAN_ALL: Final = 2**15  # items of a catalogue up to which a look at every one costs least
OF_BAND: Final = 100  # items that a part brings of each band, where every one is looked at
OF_EXPONENT: Final = 160  # items that a part retrieves under its own popularity exponent
POPULAR: Final = 64  # most popular items, which are in every pool
POOL_SAMPLE: Final = 256  # items that stand for all others, drawn once for all queries
_CHUNK: Final = 64  # queries that a thread takes in turn, with one set of marks: a bit for each item
_NOTHING: Final = np.float32(-np.inf)
_BIT: Final = np.uint64(1)
_NO_BITS: Final = np.uint64(0)


@dataclass(frozen=True, eq=False)
class Bands:
    """All items in bands of popularity, and those of them that are in every pool.

    Parameters
    ----------
    band
        Band of popularity, twice as many listeners each; uint8, (items,).
    runs
        Items next to each other between two of these are of one band; in a model codes run from the most popular item
        down, so that there are few; int64.
    always
        Items that are in every pool, the most popular by default; int32.
    sample
        Items drawn in proportion to the root of their listeners; int32.
    stands_for
        How many items each item stands for if it is drawn; float32, (items,).
    """

    band: NDArray[np.uint8]
    runs: NDArray[np.int64]
    always: Codes
    sample: Codes
    stands_for: Floats

    def with_always(self, items: Codes) -> Self:
        """Return the bands of a catalogue of more than :data:`ALL_IN_POOL` items with other items in every pool."""
        return replace(self, always=items)

    @classmethod
    def of(cls, listeners: NDArray[np.int64]) -> Self:
        """Make it of the listeners of each item."""
        items = len(listeners)
        band = np.log2(listeners + 1.0).astype(np.uint8)
        runs = np.concatenate([[0], np.flatnonzero(np.diff(band)) + 1, [items]])
        if items <= ALL_IN_POOL:
            every = np.arange(items, dtype=np.int32)
            return cls(band, runs, every, every[:0], np.ones(items, np.float32))
        size = np.sqrt(listeners + 1.0)
        step = size.sum() / POOL_SAMPLE
        steps = np.floor(np.cumsum(size) / step + 0.5)
        times = np.diff(steps, prepend=0.0)
        popular = np.sort(np.argsort(-listeners, kind="stable")[:POPULAR]).astype(np.int32)
        return cls(
            band,
            runs,
            popular,
            np.flatnonzero(times).astype(np.int32),
            (times * step / size).astype(np.float32),
        )


class Pools(NamedTuple):
    """The pools of some queries.

    Parameters
    ----------
    starts
        Where the entries of each query begin, and where the last end; int64, (queries + 1,).
    items
        Item of each entry, ascending for a query; int32.
    sample_weight
        0 for an item that a part brought or that is in every pool; for one of the sample alone, how many items it
        stands for; float32.
    affinities
        Affinities of each part to the items, ``-inf`` where it has no data; float32, (parts, entries).
    has_data
        Whether a part has data about a query; bool, (queries, parts).
    scale
        The query's scale in each part; float32, (queries, parts).
    whole
        Whether it is certain that no part has data about a query and an item that is not in its pool: all items are in
        it, or every part with data finds all (``finds_all``); bool, (queries,).
    """

    starts: NDArray[np.int64]
    items: Codes
    sample_weight: Floats
    affinities: Floats
    has_data: Flags
    scale: Floats
    whole: Flags


def pools(parts: Mapping[str, Signal], bands: Bands, queries: Codes, has_data: Flags) -> Pools:
    """Return the pools of some queries.

    A part is asked in one of three ways, by the size of the catalogue:

    - up to :data:`ALL_IN_POOL` items all items are in every pool, and parts are asked about all;
    - up to :data:`SCAN_ALL`, and in a larger one where the part cannot retrieve, the affinities to all items are
      computed once. The affinities to the pool are read from them, and the best of each band too, unless the part
      retrieves exactly (``finds_all``);
    - else the part retrieves, and compares the query with its pool alone.

    Parameters
    ----------
    parts
        The parts, by name.
    bands
        All items, by popularity.
    queries
        Item codes; int32, (queries,).
    has_data
        Whether a part has data about a query; bool, (queries, parts).
    """
    items = len(bands.band)
    all_in_pool = items <= ALL_IN_POOL
    asked = [np.flatnonzero(column) for column in has_data.T]
    scanned: dict[int, Floats] = {}
    near = []
    whole = np.ones(len(queries), np.bool_)
    for place, part in enumerate(parts.values()):
        theirs = queries[asked[place]]
        if not len(theirs):
            continue
        if items <= SCAN_ALL or not isinstance(part, Retrieves):
            scanned[place] = part.affinity(theirs)
        if all_in_pool:
            continue
        whole[asked[place]] &= isinstance(part, Retrieves) and part.finds_all
        found = _brought(part, theirs, scanned.get(place), bands)
        columns = np.full((len(queries), found.shape[1]), -1, np.int32)
        columns[asked[place]] = found
        near.append(columns)
    columns = np.hstack(near) if near else np.empty((len(queries), 0), np.int32)
    starts, codes, sample_weight = _together(queries, columns, bands)
    values = np.full((len(parts), len(codes)), _NOTHING)
    scale = np.ones(has_data.shape, np.float32)
    for place, part in enumerate(parts.values()):
        rows = asked[place]
        if not len(rows):
            continue
        if place in scanned:
            _gather(scanned[place], rows, starts, codes, values[place])
        elif isinstance(part, Retrieves):
            begins, theirs = _entries_of(rows, starts, codes)
            _put_back(
                part.affinity_of_pairs(queries[rows], begins, theirs), begins, rows, starts, values[place]
            )
        of_rows = scales_of_pools(values[place], sample_weight, starts, rows)
        scale[rows, place] = less_confident(of_rows, part, queries[rows])
    return Pools(starts, codes, sample_weight, values, has_data, scale, whole)


def _brought(part: Signal, queries: Codes, scanned: Floats | None, bands: Bands) -> Codes:
    """Return what a part brings to the pools of some queries, -1 for none; int32, (queries, at most)."""
    if isinstance(part, Retrieves) and (part.finds_all or scanned is None):
        return part.nearest(queries, OF_EXPONENT, bands.band)
    assert scanned is not None
    return _best_of_bands(scanned, queries, bands)


def _together(queries: Codes, columns: Codes, bands: Bands) -> tuple[NDArray[np.int64], Codes, Floats]:
    """Return where the entries of each query begin, their items, and how many items each stands for."""
    most = columns.shape[1] + len(bands.always) + len(bands.sample)
    padded = np.empty((len(queries), min(most, len(bands.band))), np.int32)
    drawn = np.zeros(padded.shape, np.bool_)
    counts = np.zeros(len(queries), np.int64)
    _unite(queries, columns, bands.always, bands.sample, len(bands.band), padded, drawn, counts)
    starts = np.concatenate([[0], np.cumsum(counts)])
    codes = np.empty(starts[-1], np.int32)
    sample_weight = np.empty(starts[-1], np.float32)
    _line_up(padded, drawn, starts, bands.stands_for, codes, sample_weight)
    return starts, codes, sample_weight


def _best_of_bands(affinity: Floats, queries: Codes, bands: Bands) -> Codes:
    """Return the best of each band, from the affinities to all items; int32, (queries, bands * OF_BAND)."""
    found = np.full((len(queries), int(bands.band.max(initial=0)) + 1, OF_BAND), -1, np.int32)
    _find_best_of_bands(affinity, queries, bands.runs, bands.band, found)
    return found.reshape(len(queries), -1)


@njit(parallel=True, cache=True)
def _find_best_of_bands(affinity, queries, runs, band, found):
    for row in prange(len(queries)):
        best_of_runs(affinity[row], queries[row], runs, band, found[row])


@njit(parallel=True, cache=True)
def _unite(queries, columns, always, sample, items, padded, drawn, counts):
    """Write the distinct items of each row, ascending, but the query; ``drawn`` says which are of the sample alone."""
    words = (items + 63) // 64
    for chunk in prange((len(queries) + _CHUNK - 1) // _CHUNK):
        # A bit for each item: bits in order are items in order, and need not be sorted.
        brought, sampled = np.zeros(words, np.uint64), np.zeros(words, np.uint64)
        filled = np.zeros((words + 63) // 64, np.uint64)  # a bit for each word that has some in either
        for row in range(_CHUNK * chunk, min(_CHUNK * (chunk + 1), len(queries))):
            _mark(columns[row], brought, filled)
            _mark(always, brought, filled)
            _mark(sample, sampled, filled)
            counts[row] = _take_marked(queries[row], brought, sampled, filled, padded[row], drawn[row])


@njit(cache=True)
def _mark(items, marked, filled):
    for item in items:
        if item >= 0:
            word = item >> 6
            marked[word] |= _BIT << np.uint64(item & 63)
            filled[word >> 6] |= _BIT << np.uint64(word & 63)


@njit(cache=True)
def _take_marked(left_out, brought, sampled, filled, codes, drawn):
    """Write the items that are marked, and which were not brought; clear all; return how many there are."""
    count = 0
    for some in range(len(filled)):
        words = filled[some]
        while words != _NO_BITS:
            word = 64 * some + np.int64(trailing_zeros(words))
            words &= words - _BIT
            bits = brought[word] | sampled[word]
            while bits != _NO_BITS:
                place = trailing_zeros(bits)
                bits &= bits - _BIT
                item = 64 * word + np.int64(place)
                if item != left_out:
                    codes[count] = item
                    drawn[count] = (brought[word] >> place) & _BIT == _NO_BITS
                    count += 1
            brought[word] = sampled[word] = _NO_BITS
        filled[some] = _NO_BITS
    return count


@njit(parallel=True, cache=True)
def _line_up(padded, drawn, starts, stands_for, codes, sample_weight):
    for row in prange(len(padded)):
        for entry in range(starts[row], starts[row + 1]):
            item = padded[row, entry - starts[row]]
            codes[entry] = item
            sample_weight[entry] = stands_for[item] if drawn[row, entry - starts[row]] else np.float32(0)


@njit(parallel=True, cache=True)
def _entries_of(rows, starts, codes):
    """Return where the entries of some queries begin, and their items."""
    begins = np.zeros(len(rows) + 1, np.int64)
    for place in range(len(rows)):
        begins[place + 1] = begins[place] + starts[rows[place] + 1] - starts[rows[place]]
    items = np.empty(begins[-1], np.int32)
    for place in prange(len(rows)):
        items[begins[place] : begins[place + 1]] = codes[starts[rows[place]] : starts[rows[place] + 1]]
    return begins, items


@njit(parallel=True, cache=True)
def _put_back(of_some, begins, rows, starts, values):
    """Write what some queries have for their entries among that of all."""
    for place in prange(len(rows)):
        values[starts[rows[place]] : starts[rows[place] + 1]] = of_some[begins[place] : begins[place + 1]]


@njit(parallel=True, cache=True)
def _gather(affinity, rows, starts, codes, values):
    for place in prange(len(rows)):
        for entry in range(starts[rows[place]], starts[rows[place] + 1]):
            values[entry] = affinity[place, codes[entry]]

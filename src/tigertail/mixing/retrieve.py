"""Retrieval: the candidates of every item, chosen once, block by block of queries.

The pool of a query (:mod:`tigertail.mixing.pool`) has the items that may be among its answers, of a small
catalogue all; of these some are selected (:mod:`tigertail.mixing.selection`).
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit
from tigertail.mixing.candidates import MAX_PARTS, Candidates
from tigertail.mixing.mixture import Mixture
from tigertail.mixing.pool import SCAN_ALL, Bands, pools
from tigertail.mixing.scoring import inverses
from tigertail.mixing.selection import lists_of, pack, select
from tigertail.progress import progress
from tigertail.signals.contract import HasNeighbourhoods
from tigertail.spill import Growing, forget, scratch

Floats = NDArray[np.float32]

QUERIES: Final = 2048  # of a block, at most: in a large one more queries share what they read
# Up to SCAN_ALL items: of the affinities of a block's queries to all items, counted as if there were a part more.
BLOCK_BYTES: Final = 2**27


class ChosenBlock(NamedTuple):
    """The arrays of :class:`Candidates` for some queries, with lengths in the place of offsets.

    First those that have a row of each query, then those that have several.
    """

    sizes: NDArray[np.int32]
    complete: NDArray[np.bool_]
    lengths: NDArray[np.int64]
    value_lengths: NDArray[np.int64]
    scale: Floats
    log_weights: Floats
    log_z_correction: Floats
    codes: NDArray[np.int32]
    has_data: NDArray[np.uint16]
    values: Floats


@dataclass(frozen=True, eq=False)
class Retrieval:
    """The choice of all candidates, in blocks of queries that can be chosen apart.

    Parameters
    ----------
    mixture
        The mixture, as it is asked by default.
    max_candidates
        How many of an item, at most.
    order
        All items, those next to each other that read about the same; int32, (items,).
    starts
        Where the queries of each block begin in this order.
    """

    mixture: Mixture
    max_candidates: int
    order: NDArray[np.int32]
    starts: range

    @classmethod
    def of(cls, mixture: Mixture, max_candidates: int) -> Self | None:
        """Plan it; None where the mixture has too many parts, or ``max_candidates`` is 0."""
        parts, items = len(mixture.parts), len(mixture.listeners)
        if not max_candidates or not 0 < parts <= MAX_PARTS:
            return None
        rows = QUERIES if items > SCAN_ALL else max(1, BLOCK_BYTES // (4 * items * (parts + 1)))
        starts = range(0, items, min(rows, QUERIES))
        return cls(mixture, min(max_candidates, max(1, items - 1)), _reading_order(mixture), starts)

    def queries(self, block: int) -> NDArray[np.int32]:
        """Return the queries of a block."""
        start = self.starts[block]
        return self.order[start : start + self.starts.step]


class Chooser(Protocol):
    """What chooses candidates: :func:`choose_here`, or something that does the same elsewhere."""

    def __call__(self, retrieval: Retrieval) -> Iterable[ChosenBlock]:
        """Choose the candidates of every block of queries, and return them in the order of the blocks."""


def choose_here(retrieval: Retrieval) -> Iterator[ChosenBlock]:
    """Choose the candidates of every block of queries, one after the other."""
    mixture = retrieval.mixture
    bands = Bands.of(mixture.listeners)
    for block in range(len(retrieval.starts)):
        yield choose_block(mixture, bands, retrieval.queries(block), retrieval.max_candidates)


def with_candidates(mixture: Mixture, max_candidates: int, choose: Chooser = choose_here) -> Mixture:
    """Return the mixture with the candidates of every item.

    Parameters
    ----------
    mixture
        The mixture, as it is asked by default.
    max_candidates
        How many of an item, at most; 0 means none.
    choose
        What chooses them.
    """
    retrieval = Retrieval.of(mixture, max_candidates)
    return replace(mixture, candidates=None if retrieval is None else _retrieved(retrieval, choose))


def _retrieved(retrieval: Retrieval, choose: Chooser) -> Candidates:
    """Have all candidates chosen, and join the blocks."""
    mixture, order, starts = retrieval.mixture, retrieval.order, retrieval.starts
    wholes: list[Growing] = []
    with progress("candidates", len(order)) as tick:
        for block in choose(retrieval):
            arrays: tuple[NDArray[Any], ...] = block
            wholes = wholes or [Growing(array.dtype, array.shape[1:]) for array in arrays]
            for whole, array in zip(wholes, arrays, strict=True):
                whole.add(array)
            tick(len(block.sizes))
    of_items, of_entries = wholes[:-3], wholes[-3:]
    places = np.argsort(order)
    sizes, complete, lengths, value_lengths, scale, log_weights, log_z_correction = (
        whole.whole()[places] for whole in of_items
    )
    starts_of_entries, starts_of_values = _offsets(lengths), _offsets(value_lengths)
    codes, has_data = (_in_order(whole, order, starts, starts_of_entries) for whole in of_entries[:2])
    known = np.zeros(len(order), np.uint16)
    for place, part in enumerate(mixture.parts.values()):
        known |= part.known.astype(np.uint16) << np.uint16(place)
    return Candidates(
        tuple(mixture.parts),
        starts_of_entries,
        sizes,
        complete,
        codes,
        has_data,
        starts_of_values,
        _in_order(of_entries[2], order, starts, starts_of_values),
        known,
        scale,
        log_weights,
        log_z_correction,
        mixture.character,
    )


def _reading_order(mixture: Mixture) -> NDArray[np.int32]:
    """Return all items, those next to each other that read about the same: what one has read the next finds near."""
    items = len(mixture.listeners)
    for part in mixture.parts.values() if items > SCAN_ALL else ():
        if isinstance(part, HasNeighbourhoods):
            return np.argsort(part.neighbourhoods, kind="stable").astype(np.int32)
    return np.arange(items, dtype=np.int32)


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def _in_order(
    blocks: Growing, order: NDArray[np.int32], starts: range, offsets: NDArray[np.int64]
) -> NDArray[Any]:
    """Return the entries of all items by code, from those of blocks of items in another order."""
    whole = scratch(int(offsets[-1]), blocks.dtype)
    for start, block in zip(starts, blocks.blocks(), strict=True):
        _move_rows(block, order[start : start + starts.step], offsets, whole)
        forget(whole)
    return whole


@njit(cache=True)
def _move_rows(block, items, offsets, whole):
    begin = 0
    for item in items:
        size = offsets[item + 1] - offsets[item]
        whole[offsets[item] : offsets[item + 1]] = block[begin : begin + size]
        begin += size


def choose_block(
    mixture: Mixture, bands: Bands, queries: NDArray[np.int32], max_candidates: int
) -> ChosenBlock:
    """Choose the candidates of some queries.

    Parameters
    ----------
    mixture
        The mixture, as it is asked by default.
    bands
        All its items, by popularity.
    queries
        Item codes; int32, (queries,).
    max_candidates
        How many of an item, at most.
    """
    has_data = mixture.parts_with_data(queries)
    pool = pools(mixture.parts, bands, queries, has_data)
    inverse = inverses(pool.scale)
    ends = [mixture.with_character(end).term_coefficients(queries, has_data) for end in (0.0, 1.0)]
    lists = lists_of(mixture, queries, has_data)
    without = mixture.term_coefficients(np.repeat(queries, len(mixture.parts)), lists.enabled)
    popularity = mixture.popularity_features
    of_levels = popularity.level, popularity.values
    chosen = select(pool, inverse, *ends, without, lists, *of_levels, max_candidates)
    lengths = (chosen.sizes + chosen.sampled).astype(np.int64)
    starts = _offsets(lengths)
    codes, bits, value_lengths, values = pack(pool, chosen, starts)
    return ChosenBlock(
        *(chosen.sizes, chosen.complete, lengths, value_lengths),
        *(pool.scale, chosen.log_weights, chosen.log_z_correction),
        *(codes, bits, values),
    )

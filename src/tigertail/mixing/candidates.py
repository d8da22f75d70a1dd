"""Candidates: for each item the few that are likely among its answers, with what ranking them needs.

Retrieval is done once, by :mod:`tigertail.mixing.retrieve`; a query then ranks its candidates. What the parts have for
a pair does not depend on how a query is asked, so the scores of candidates are exact, with any exponent, character,
disabled signals and filters, but for the normaliser. That no other item has a higher score is not proven but measured:
:data:`TRUSTED_ONE_IN`. The normaliser Z sums over all items: those that are no candidates are represented by 48 of
them, drawn from the rest of the pool in proportion to what each adds to Z as the model is asked by default. There the
sum is that over the whole pool, in which a sample stands for the items outside it (:mod:`tigertail.mixing.pool`).
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, one_query_in_numpy, prange
from tigertail.mixing.elementary import exp
from tigertail.mixing.scoring import (
    STRIDE,
    WIDTH,
    AtLevels,
    TermCoefficients,
    add_terms,
    exponentials_in_place,
    new_scratch,
    numpy_logits,
    numpy_sum,
    sum_of,
)
from tigertail.mixing.terms import OVERLAP_SHARE
from tigertail.ranking.topk import offer, sort_best_first
from tigertail.signals.contract import Arrays
from tigertail.threads import threads_for

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int32]

KEPT_SAMPLE: Final = 48  # items kept of each item that represent all those that are no candidates
TRUSTED_ONE_IN: Final = 3
"""One in so many candidates, the first, are taken to have the ranks that they have among all items; without one of the
parts, or under a lens, one in so many of these. Chosen by the recall of these in the table of docs/performance.md."""
TRUSTED_WITH_FILTER: Final = 4
"""The same where a filter leaves less than half of all items: answers then come from lower ranks, of which more are
missing."""
MAX_PARTS: Final = 16  # that a bit each says whether they have data
_ARRAYS: Final = (
    *("starts", "sizes", "complete", "codes", "has_data", "value_starts", "values"),
    *("known", "scale", "log_weights", "log_z_correction"),
)
_NOTHING: Final = np.float32(-np.inf)
_ZERO: Final = np.float32(0)


class Stored(NamedTuple):
    """The arrays of :class:`Candidates`, as the kernels take them; no kernel writes to them."""

    starts: NDArray[np.int64]
    sizes: NDArray[np.int32]
    complete: Flags
    codes: Codes
    has_data: NDArray[np.uint16]
    value_starts: NDArray[np.int64]
    values: Floats
    known: NDArray[np.uint16]
    scale: Floats
    log_weights: Floats
    log_z_correction: Floats


class Replaced(NamedTuple):
    """What stands in the place of one part's affinities, as under a lens.

    Parameters
    ----------
    part
        The place of the part among those that are asked; -1 for none.
    starts
        Where the entries of each query begin; int64, (queries + 1,).
    values
        Affinity of each entry; float32.
    """

    part: int
    starts: NDArray[np.int64]
    values: Floats


NOT_REPLACED: Final = Replaced(-1, np.zeros(1, np.int64), np.zeros(0, np.float32))


@dataclass(frozen=True, eq=False)
class Candidates:
    """The candidates of each item, and a sample of the other items.

    Parameters
    ----------
    parts
        Names of the parts, in the order of the bits and values.
    starts
        Where the entries of each item begin: first its candidates, by code, then the sample; int64, (items + 1,).
    sizes
        Candidates of each item; int32, (items,).
    complete
        Whether no part has data about the item and any other than its candidates, also through a lens; bool, (items,).
    codes
        The item of each entry; int32.
    has_data
        Which parts have data about the pair, a bit each; uint16.
    value_starts
        Where the values of each item begin; int64, (items + 1,).
    values
        Of each entry the affinities of the parts with data; float32.
    known
        Which parts have data about the item as a query, a bit each; uint16, (items,).
    scale
        The item's scale in each part; float32, (items, parts).
    log_weights
        Logarithm of how many items each of the sample stands for, as the model is asked by default; float32,
        (items, 48).
    log_z_correction
        What is added to ``log_weights`` at a character of 0, and of 1, so that Z is the pool's there too; between the
        model's own character and either end it is linear; float32, (items, 2).
    character
        The model's own.
    """

    parts: tuple[str, ...]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int32]
    complete: Flags
    codes: Codes
    has_data: NDArray[np.uint16]
    value_starts: NDArray[np.int64]
    values: Floats
    known: NDArray[np.uint16]
    scale: Floats
    log_weights: Floats
    log_z_correction: Floats
    character: float

    @cached_property
    def stored(self) -> Stored:
        """The arrays for the kernels, which are compiled once for those that may not be written to."""
        arrays = [np.asarray(getattr(self, name)).view() for name in _ARRAYS]
        for array in arrays:
            array.flags.writeable = False
        return Stored(*arrays)

    def slots(self, names: list[str]) -> NDArray[np.int64]:
        """Return the place of each part among those that are asked, -1 for a part that is not; int64, (parts,)."""
        return np.array([names.index(name) if name in names else -1 for name in self.parts], np.int64)

    def known_by(self, queries: Codes, names: list[str]) -> Flags:
        """Return which of the parts that are asked have data about a query; bool, (queries, parts asked)."""
        bits = np.array([self.parts.index(name) for name in names], np.uint16)
        return np.asarray((self.known[queries, None] >> bits) & np.uint16(1), np.bool_)

    def scales_of(self, queries: Codes, names: list[str]) -> Floats:
        """Return the queries' scale in each of the parts that are asked; float32, (queries, parts asked)."""
        return np.asarray(self.scale[queries][:, [self.parts.index(name) for name in names]])

    def row(self, query: int, names: list[str]) -> tuple[Codes, Floats]:
        """Return the entries of a query.

        Returns
        -------
        codes
            Int32, (entries,).
        affinities
            Of the parts that are asked; float32, (parts asked, entries).
        """
        stored = self.stored
        entries = slice(stored.starts[query], stored.starts[query + 1])
        values = stored.values[stored.value_starts[query] : stored.value_starts[query + 1]]
        there = ((stored.has_data[entries, None] >> np.arange(len(self.parts), dtype=np.uint16)) & 1) == 1
        found = np.full(there.shape, _NOTHING)
        found[there] = values
        return stored.codes[entries], np.ascontiguousarray(
            found[:, [self.parts.index(name) for name in names]].T
        )

    def to_arrays(self) -> Arrays:
        """Return what is kept on disk."""
        return {f"candidates_{name}": getattr(self, name) for name in _ARRAYS}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[Any]], parts: tuple[str, ...], character: float
    ) -> Self:
        """Make them of what was kept on disk."""
        kept: Any = {name: arrays[f"candidates_{name}"] for name in _ARRAYS}
        return cls(parts, **kept, character=character)

    def correction_weights(self, character: float) -> Floats:
        """Return how much of the correction of either end counts at a character; float32, (2,)."""
        own = self.character
        taste = (own - character) / own if character < own else 0.0
        kinship = (character - own) / (1 - own) if character > own else 0.0
        return np.array([taste, kinship], np.float32)


def rank(
    candidates: Candidates,
    names: list[str],
    queries: Codes,
    has_data: Flags,
    coefficients: TermCoefficients,
    at_levels: AtLevels,
    inverse: Floats,
    level: NDArray[np.int32],
    n: int,
    allowed: Flags | None,
    character: float,
    replaced: Replaced = NOT_REPLACED,
) -> tuple[Codes, Floats, Flags]:
    """Return the best candidates of some queries.

    Parameters
    ----------
    candidates
        Candidates of all items.
    names
        The parts that are asked.
    queries
        Item codes; int32, (queries,).
    has_data
        Whether a part has data about a query; bool, (queries, parts).
    coefficients
        Coefficients of the terms for the queries.
    at_levels
        What popularity alone makes of items for the queries.
    inverse
        What :func:`tigertail.mixing.scoring.inverses` makes of each query's scale; float32, (queries, parts, bends).
    level
        Level of popularity of each item; int32, (items,).
    n
        How many to return.
    allowed
        Which items may be listed; bool, (items,). None means all.
    character
        Between taste, 0, and kinship, 1.
    replaced
        What stands in the place of one part's affinities.

    Returns
    -------
    codes
        Best first, ties by the smaller code, -1 where there are no more; int32, (queries, n).
    affinities
        Float32, (queries, n); ``-inf`` where there are no more.
    trusted
        Whether they are taken to be the best of all items, or are because no other has data; bool, (queries,).
    """
    given = np.ones(0, np.bool_) if allowed is None else allowed
    weights = candidates.correction_weights(character)
    as_chosen = len(names) == len(candidates.parts) and replaced.part < 0
    trusted_one_in = TRUSTED_ONE_IN if as_chosen else TRUSTED_ONE_IN**2
    if 2 * np.count_nonzero(given) < len(given):
        trusted_one_in = max(trusted_one_in, TRUSTED_WITH_FILTER)
    if one_query_in_numpy(len(queries)):
        correction = candidates.stored.log_z_correction[queries[0]] @ weights
        return _numpy_rank(
            candidates,
            names,
            queries,
            has_data[0],
            coefficients,
            at_levels,
            inverse[0],
            level,
            n,
            given,
            trusted_one_in,
            correction,
            replaced,
        )
    slots = candidates.slots(names)
    with threads_for(len(queries) * 2**15):  # some fifty for each of 600 candidates
        return _rank(  # type: ignore[no-any-return]
            candidates.stored,
            slots,
            has_data,
            queries,
            coefficients,
            at_levels,
            inverse,
            level,
            n,
            given,
            trusted_one_in,
            weights,
            replaced,
        )


def stored_contributions(
    candidates: Candidates,
    names: list[str],
    query: int,
    row: int,
    items: Codes,
    coefficients: TermCoefficients,
    inverse: Floats,
) -> tuple[NDArray[np.float64], Flags]:
    """Return what each part adds to the log affinity from a query to some of its candidates.

    Parameters
    ----------
    candidates, names
        As in :func:`rank`.
    query, row
        Its code, and its place among the queries.
    items
        Codes of candidates of it; int32, (items,).
    coefficients, inverse
        As in :func:`rank`.

    Returns
    -------
    contributions
        As :meth:`tigertail.mixing.mixture.Mixture.contributions` returns them; float64, (parts, items).
    has_data
        Whether a part has data about the pair; bool, (parts, items).
    """
    added = np.zeros((len(names), len(items)))
    has_data = np.zeros(added.shape, np.bool_)
    slots = candidates.slots(names)
    _contribute(candidates.stored, slots, query, row, items, coefficients, inverse[row], added, has_data)
    return added, has_data


@njit(cache=True)
def _contribute(stored, slots, query, row, items, coefficients, inverse, added, has_data):
    begin, size = stored.starts[query], stored.sizes[query]
    found = np.empty((len(added), size), np.float32)
    _unpack(stored, slots, query, found)
    codes = stored.codes[begin : begin + size]
    curve = np.zeros((len(added), inverse.shape[1]))
    for place in range(len(items)):
        entry = np.searchsorted(codes, items[place])
        for part in range(len(added)):
            has_data[part, place] = found[part, entry] > _NOTHING
            affinity = np.float64(max(found[part, entry], _ZERO))
            for bend in range(inverse.shape[1]):
                curve[part, bend] = np.log1p(affinity * inverse[part, bend])
                added[part, place] += coefficients.curves[row, part, bend] * curve[part, bend]
        for pair in range(len(coefficients.pairs)):
            one, other = coefficients.pairs[pair, 0], coefficients.pairs[pair, 1]
            for bend in range(inverse.shape[1]):
                shared = (
                    coefficients.products[row, pair, bend]
                    * curve[one, bend]
                    * curve[other, bend]
                    * OVERLAP_SHARE
                )
                added[one, place] += shared
                added[other, place] += shared


def _numpy_rank(
    candidates: Candidates,
    names: list[str],
    queries: Codes,
    has_data: Flags,
    coefficients: TermCoefficients,
    at_levels: AtLevels,
    inverse: Floats,
    level: NDArray[np.int32],
    n: int,
    allowed: Flags,
    trusted_one_in: int,
    correction: np.float32,
    replaced: Replaced,
) -> tuple[Codes, Floats, Flags]:
    """Do what :func:`_rank` does for one query."""
    query = int(queries[0])
    codes, found = candidates.row(query, names)
    if replaced.part >= 0:
        found[replaced.part] = replaced.values
    levels = level[codes]
    logits, covered = numpy_logits(found, has_data, inverse, coefficients, at_levels.logits[0].take(levels))
    size = int(candidates.sizes[query])
    if len(codes) > size:
        logits[size:] += candidates.log_weights[query] + correction
    top = logits.max(initial=_NOTHING)
    exponentials = exp(logits - (top if top > _NOTHING else _ZERO))
    total = numpy_sum(exponentials)
    scores = (exponentials[:size] * np.float32(1 / total if total > 0 else 1)) * at_levels.popularity_factor[
        0
    ].take(levels[:size])
    place = np.flatnonzero(covered[:size])
    order = place[np.argsort(-scores[place], kind="stable")]  # codes are ascending
    complete = bool(candidates.complete[query])
    order = order if complete else order[: size // trusted_one_in]
    if len(allowed):
        order = order[allowed[codes[order]]]
    order = order[:n]
    found_codes, found_scores = np.full((1, n), -1, np.int32), np.full((1, n), _NOTHING)
    found_codes[0, : len(order)], found_scores[0, : len(order)] = codes[order], scores[order]
    return found_codes, found_scores, np.array([complete or len(order) == n])


@njit(cache=True)
def _unpack(stored, slots, query, found):
    """Write the affinities of a query's entries to ``found``; float32, (parts asked, entries)."""
    begin = stored.starts[query]
    value = stored.value_starts[query]
    found[:] = _NOTHING
    for entry in range(found.shape[1]):
        bits = stored.has_data[begin + entry]
        for part in range(len(slots)):
            if (bits >> part) & 1:
                if slots[part] >= 0:
                    found[slots[part], entry] = stored.values[value]
                value += 1


@njit(cache=True)
def _scores(
    stored, slots, has_data, query, row, coefficients, at_levels, inverse, level, correction, replaced, data
):
    """Return the affinities of a query's candidates; ``data`` says which any part has data about."""
    begin, end = stored.starts[query], stored.starts[query + 1]
    entries, size = end - begin, stored.sizes[query]
    found = np.empty((len(has_data), entries), np.float32)
    _unpack(stored, slots, query, found)
    if replaced.part >= 0:
        found[replaced.part] = replaced.values[replaced.starts[row] : replaced.starts[row + 1]]
    scratch = new_scratch(len(has_data))
    codes = stored.codes[begin:end]
    logits = np.empty(entries, np.float32)
    levels, popularity_factor = at_levels.logits[row], at_levels.popularity_factor[row]
    for entry in range(entries):
        logits[entry] = levels[level[codes[entry]]]
    for start in range(0, entries, WIDTH):
        end = min(start + WIDTH, entries)
        add_terms(
            found, start, has_data, inverse, coefficients, row, logits[start:end], data[start:end], scratch
        )
    for entry in range(size, entries):
        logits[entry] += stored.log_weights[query, entry - size] + correction
    top = _NOTHING
    for entry in range(entries):
        top = max(top, logits[entry])
    sums = np.zeros(STRIDE, np.float64)
    exponentials_in_place(logits, _ZERO if top == _NOTHING else top, sums, scratch)
    total = sum_of(sums)
    inverse_z = np.float32(1 / total if total > 0 else 1.0)
    for entry in range(size):
        logits[entry] = logits[entry] * inverse_z * popularity_factor[level[codes[entry]]]
    return logits[:size]


@njit(cache=True)
def _rank_row(stored, scores, data, query, allowed, trusted_one_in, best_codes, best_scores):
    """Fill in the best candidates that are allowed, best first; return whether they are trusted."""
    n, size = len(best_codes), len(scores)
    begin = stored.starts[query]
    complete = stored.complete[query]
    deep = size if complete else size // trusted_one_in
    kept = min(deep, n) if len(allowed) == 0 else deep
    if kept == 0:
        return complete or n == 0
    codes = np.empty(kept, np.int32)
    ranked = np.empty(kept, np.float32)
    filled = 0
    for entry in range(size):
        if data[entry] and not (filled == kept and scores[entry] <= ranked[0]):
            filled = offer(ranked, codes, filled, scores[entry], stored.codes[begin + entry])
    sort_best_first(ranked, codes, filled)
    taken = 0
    for place in range(filled):
        if taken < n and (len(allowed) == 0 or allowed[codes[place]]):
            best_codes[taken], best_scores[taken] = codes[place], ranked[place]
            taken += 1
    return complete or taken == n


@njit(parallel=True, cache=True)
def _rank(
    stored,
    slots,
    has_data,
    queries,
    coefficients,
    at_levels,
    inverse,
    level,
    n,
    allowed,
    trusted_one_in,
    weights,
    replaced,
):
    best_codes = np.full((len(queries), n), -1, np.int32)
    best_scores = np.full((len(queries), n), _NOTHING, np.float32)
    trusted = np.zeros(len(queries), np.bool_)
    for one in prange(len(queries)):
        # Numba's own index has another type, for which all that is called would be compiled again.
        row = np.int64(one)
        query = queries[row]
        data = np.empty(stored.starts[query + 1] - stored.starts[query], np.uint8)
        log_z_correction = (
            stored.log_z_correction[query, 0] * weights[0] + stored.log_z_correction[query, 1] * weights[1]
        )
        scores = _scores(
            stored,
            slots,
            has_data[row],
            query,
            row,
            coefficients,
            at_levels,
            inverse[row],
            level,
            log_z_correction,
            replaced,
            data,
        )
        trusted[row] = _rank_row(
            stored, scores, data, query, allowed, trusted_one_in, best_codes[row], best_scores[row]
        )
    return best_codes, best_scores, trusted

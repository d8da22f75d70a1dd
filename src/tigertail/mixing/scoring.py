"""From the affinities of every part to those of the mixture, in one pass over blocks of items that fit in cache."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, one_query_in_numpy, prange
from tigertail.mixing.elementary import exp, exp_in_place, log, log_in_place
from tigertail.mixing.terms import BENDS, PopularityFeatures, Terms
from tigertail.threads import threads_for

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

WIDTH: Final = 256  # items in a block: what a block needs of a few parts fits the first-level cache
STRIDE: Final = 8  # sums that run side by side
_SPARSE: Final = 8  # a block with fewer than one in so many affinities above 0 is worked out one by one
_NOTHING: Final = np.float32(-np.inf)
_ONE: Final = np.float32(1)
_ZERO: Final = np.float32(0)


class TermCoefficients(NamedTuple):
    """The coefficients of the terms for some queries, laid out for the kernels.

    Parameters
    ----------
    curves
        Coefficients of the two terms of each part's curve; float32, (queries, parts, 2).
    pairs
        Places of the two parts of each overlap; int64, (overlaps, 2).
    products
        Coefficients of the two terms of each overlap; float32, (queries, overlaps, 2).
    no_content_data
        Coefficient of pairs that no non-play signal has data about; float32, (queries,).
    is_non_play
        Whether a part is a non-play signal (:class:`~tigertail.mixing.terms.Terms`); bool, (parts,).
    of_items
        Coefficients of the terms of items alone; float64, (queries, terms of items).
    """

    curves: Floats
    pairs: NDArray[np.int64]
    products: Floats
    no_content_data: Floats
    is_non_play: Flags
    of_items: Reals

    @classmethod
    def of(cls, terms: Terms, names: Sequence[str], coefficients: Reals) -> Self:
        """Lay out the coefficients of some queries.

        Parameters
        ----------
        terms
            The terms.
        names
            The parts, in the order of their affinities.
        coefficients
            Of every term; float64, (queries, terms).
        """
        places = term_places(terms, tuple(names))
        return cls(
            coefficients.take(places.curves, axis=1).astype(np.float32),
            places.pairs,
            coefficients.take(places.products, axis=1).astype(np.float32),
            coefficients[:, terms.no_content_data].astype(np.float32),
            places.is_non_play,
            np.ascontiguousarray(coefficients[:, terms.of_items]),
        )


class AtLevels(NamedTuple):
    """What popularity alone makes of an item for some queries, at each level of popularity.

    Parameters
    ----------
    logits
        The sum of the terms of items alone; float32, (queries, levels).
    popularity_factor
        What popularity multiplies an affinity by; float32, (queries, levels).
    """

    logits: Floats
    popularity_factor: Floats

    @classmethod
    def of(cls, of_items: Reals, exponents: Reals, popularity: PopularityFeatures, character: float) -> Self:
        """Work it out for some queries.

        Parameters
        ----------
        of_items
            As in :class:`TermCoefficients`.
        exponents
            Popularity exponent of each query; float64, (queries,).
        popularity
            Of all items.
        character
            Between taste, 0, and kinship, 1.
        """
        values, logs = popularity.values, popularity.log_popularity(character)
        shape = len(of_items), len(values)
        if not one_query_in_numpy(len(of_items)):
            found = cls(np.empty(shape, np.float32), np.empty(shape, np.float32))
            with threads_for(16 * found.logits.size):
                _fill_levels(of_items, values, exponents, logs, *found)
            return found
        sums = np.zeros(shape)
        for place in range(values.shape[1]):  # term by term, as the kernel does
            sums += of_items[:, place, None] * values[:, place]
        return cls(sums.astype(np.float32), exp((-exponents[:, None] * logs).astype(np.float32)))


@njit(parallel=True, cache=True)
def _fill_levels(of_items, values, exponents, logs, logits, popularity_factor):
    for one in prange(len(of_items)):
        # Numba's own index has another type, for which all that is called would be compiled again.
        _fill_levels_of_one(
            of_items[np.int64(one)], values, exponents[one], logs, logits[one], popularity_factor[one]
        )


@njit(cache=True)
def _fill_levels_of_one(of_items, values, exponent, logs, logits, popularity_factor):
    scratch = new_scratch(0)
    for level in range(len(logs)):
        logits[level] = item_logit(of_items, values, level)
    for start in range(0, len(logs), WIDTH):
        n = min(WIDTH, len(logs) - start)
        for i in range(n):
            scratch.values[i] = np.float32(-exponent * logs[start + i])
        exp_in_place(scratch.values, scratch.other, scratch.other_bits, n)
        popularity_factor[start : start + n] = scratch.values[:n]


@njit(cache=True)
def item_logit(of_items, values, level):
    """Return the sum of the terms of an item alone, from their coefficients for a query and the item's level."""
    total = 0.0
    for place in range(len(of_items)):
        total += of_items[place] * values[level, place]
    return np.float32(total)


class TermPlaces(NamedTuple):
    """Where the terms of some parts are.

    Parameters
    ----------
    curves
        Columns of the two terms of each part's curve; int64, (parts, 2).
    pairs
        Places among the parts of the two of each overlap; int64, (overlaps, 2).
    products
        Columns of the two terms of each overlap; int64, (overlaps, 2).
    is_non_play
        Whether a part is a non-play signal (:class:`~tigertail.mixing.terms.Terms`); bool, (parts,).
    """

    curves: NDArray[np.int64]
    pairs: NDArray[np.int64]
    products: NDArray[np.int64]
    is_non_play: Flags


@lru_cache(256)
def term_places(terms: Terms, names: tuple[str, ...]) -> TermPlaces:
    """Return where the terms of some parts are."""
    columns = np.arange(len(terms), dtype=np.int64)
    present = [pair for pair in terms.overlaps if all(name in names for name in pair)]
    width = len(BENDS)
    return TermPlaces(
        np.array([columns[terms.of_signal(name)] for name in names], np.int64).reshape(-1, width),
        np.array([[names.index(name) for name in pair] for pair in present], np.int64).reshape(-1, 2),
        np.array([columns[terms.of_overlap(pair)] for pair in present], np.int64).reshape(-1, width),
        np.array([name in terms.non_play_signals for name in names], np.bool_),
    )


def inverses(scale: Floats) -> Floats:
    """Return what an affinity is multiplied by at each bend of its curve; float32, (..., bends)."""
    # In C order for any number of queries: for another layout Numba would compile the kernels again.
    found = np.empty((*scale.shape, len(BENDS)), np.float32)
    for place, bend in enumerate(BENDS):
        np.divide(np.float32(1 / bend), scale, out=found[..., place])
    return found


def mixed(
    affinities: Floats,
    has_data: Flags,
    inverse: Floats,
    coefficients: TermCoefficients,
    at_levels: AtLevels,
    level: NDArray[np.int32],
    queries: NDArray[np.int32],
) -> Floats:
    """Return the mixture's affinities.

    Parameters
    ----------
    affinities
        Affinities of each part; float32, (queries, parts, items). Rows of parts without data are not read.
    has_data
        Whether a part has data about a query; bool, (queries, parts).
    inverse
        What :func:`inverses` makes of each query's scale in each part; float32, (queries, parts, bends).
    coefficients
        Coefficients of the terms.
    at_levels
        What popularity alone makes of items.
    level
        Level of popularity of each item; int32, (items,).
    queries
        Codes of the queries, which have no affinity to themselves; int32, (queries,).

    Returns
    -------
    NDArray[np.float32]
        Float32, (queries, items).
    """
    if one_query_in_numpy(len(queries)):
        given = affinities[0], has_data[0], inverse[0], coefficients, at_levels, level, int(queries[0])
        return _numpy_mixed(*given)[None]
    with threads_for(affinities.size * 4):
        return _mixed(affinities, has_data, inverse, coefficients, at_levels, level, queries)  # type: ignore[no-any-return]


def numpy_logits(
    affinities: Floats, has_data: Flags, inverse: Floats, coefficients: TermCoefficients, logits: Floats
) -> tuple[Floats, Flags]:
    """Return the sum of the terms of one query and some items, and whether any part has data; as the kernels do.

    Parameters
    ----------
    affinities
        Affinities of each part; float32, (parts, items).
    has_data
        Whether a part has data about the query; bool, (parts,).
    inverse
        What :func:`inverses` makes of the query's scale in each part; float32, (parts, bends).
    coefficients
        Coefficients of the terms for the query, the first of its rows.
    logits
        The terms of the items alone; float32, (items,).
    """
    covered = np.zeros(len(logits), np.bool_)
    bare = np.ones(len(logits), np.bool_)
    curves: dict[int, list[Floats]] = {}
    logits = logits.copy()
    for part in np.flatnonzero(has_data).tolist():
        there = affinities[part] > _NOTHING
        covered |= there
        if coefficients.is_non_play[part]:
            bare &= ~there
        positive = np.maximum(affinities[part], _ZERO)
        curves[part] = [log(_ONE + positive * inverse[part, bend]) for bend in range(len(BENDS))]
        first, second = coefficients.curves[0, part]
        logits += first * curves[part][0] + second * curves[part][1]
    for (one, other), (first, second) in zip(
        coefficients.pairs.tolist(), coefficients.products[0], strict=True
    ):
        if one in curves and other in curves:
            a, b = curves[one], curves[other]
            logits += first * (a[0] * b[0]) + second * (a[1] * b[1])
    logits[bare] += coefficients.no_content_data[0]
    return logits, covered


def numpy_sum(exponentials: Floats) -> float:
    """Return the sum of some numbers, as the kernels take it."""
    padded = np.zeros(-(-len(exponentials) // WIDTH) * WIDTH)
    padded[: len(exponentials)] = exponentials
    sums = np.add.reduce(padded.reshape(-1, STRIDE), axis=0, initial=0.0)  # one by one, along such an axis
    total = 0.0
    for place in sums.tolist():
        total += place
    return total


def _numpy_mixed(
    affinities: Floats,
    has_data: Flags,
    inverse: Floats,
    coefficients: TermCoefficients,
    at_levels: AtLevels,
    level: NDArray[np.int32],
    query: int,
) -> Floats:
    """Do what :func:`_mixed` does for one query."""
    logits, covered = numpy_logits(
        affinities, has_data, inverse, coefficients, at_levels.logits[0].take(level)
    )
    logits[query] = -np.inf
    top = logits.max()
    exponentials = exp(logits - (top if np.isfinite(top) else _ZERO))
    total = numpy_sum(exponentials)
    scores = (
        exponentials * np.float32(1 / total if total > 0 else 1) * at_levels.popularity_factor[0].take(level)
    )
    scores[~covered] = -np.inf
    return np.asarray(scores)


class Scratch(NamedTuple):
    """What a kernel writes to while it works on one block of items; each thread has its own.

    Parameters
    ----------
    values
        Numbers that become their logarithm or exponential; float32, (256,).
    bits
        The same memory as int32.
    other, other_bits
        As the two before.
    places
        Items of the block with an affinity above 0; int64, (257,), of which the last is spare.
    curves
        The curves of each part; float32, (parts, 2, 256).
    """

    values: Floats
    bits: NDArray[np.int32]
    other: Floats
    other_bits: NDArray[np.int32]
    places: NDArray[np.int64]
    curves: Floats


@njit(cache=True)
def new_scratch(parts):
    """Return a scratch for so many parts."""
    values = np.empty(WIDTH, np.float32)
    other = np.empty(WIDTH, np.float32)
    return Scratch(
        values,
        values.view(np.int32),
        other,
        other.view(np.int32),
        np.empty(WIDTH + 1, np.int64),
        np.empty((parts, 2, WIDTH), np.float32),
    )


@njit(cache=True)
def add_terms(affinities, start, has_data, inverse, coefficients, row, logits, data, scratch):
    """Add the terms of one query and a block of items, whose affinities begin at ``start``, to ``logits``.

    ``data`` becomes 0 where no part has data, 1 where models of plays alone have, 3 where non-play signals have.
    """
    n = len(logits)
    data[:] = 0
    for part in range(len(has_data)):
        if has_data[part]:
            shared = False
            for pair in range(len(coefficients.pairs)):
                shared |= coefficients.pairs[pair, 0] == part or coefficients.pairs[pair, 1] == part
            of_block = affinities[part, start : start + n]
            factors, curve = inverse[part], coefficients.curves[row, part]
            positive = _note_data(of_block, np.uint8(3 if coefficients.is_non_play[part] else 1), data)
            if shared or positive * _SPARSE > n:
                _add_curve(of_block, factors, curve, logits, scratch.curves[part], scratch)
            elif positive:
                _add_sparse_curve(of_block, factors, curve, logits, scratch)
    for pair in range(len(coefficients.pairs)):
        one, other = coefficients.pairs[pair, 0], coefficients.pairs[pair, 1]
        if has_data[one] and has_data[other]:
            _add_products(
                scratch.curves[one], scratch.curves[other], coefficients.products[row, pair], logits
            )
    no_content_data = coefficients.no_content_data[row]
    for i in range(n):
        logits[i] += no_content_data if data[i] < 2 else _ZERO


@njit(cache=True)
def _note_data(affinities, mark, data):
    """Mark where a part has data; return how many of its affinities are above 0."""
    positive = 0
    for i in range(len(data)):
        data[i] |= mark if affinities[i] > _NOTHING else np.uint8(0)
    for i in range(len(data)):
        positive += 1 if affinities[i] > 0 else 0
    return positive


@njit(cache=True)
def _add_curve(affinities, inverse, coefficients, logits, curves, scratch):
    n = len(logits)
    values = scratch.values
    for bend in range(2):
        factor = inverse[bend]
        for i in range(n):
            values[i] = _ONE + max(affinities[i], _ZERO) * factor
        log_in_place(values, scratch.bits, scratch.other, n)
        curves[bend, :n] = values[:n]
    first, second = coefficients[0], coefficients[1]
    low, high = curves[0], curves[1]
    for i in range(n):
        logits[i] += first * low[i] + second * high[i]


@njit(cache=True)
def _add_sparse_curve(affinities, inverse, coefficients, logits, scratch):
    values, places = scratch.values, scratch.places
    size = 0
    for i in range(len(logits)):
        places[size] = i
        size += affinities[i] > 0
    curves = np.empty((2, size), np.float32)
    for bend in range(2):
        for i in range(size):
            values[i] = _ONE + affinities[places[i]] * inverse[bend]
        log_in_place(values, scratch.bits, scratch.other, size)
        curves[bend] = values[:size]
    for i in range(size):
        logits[places[i]] += coefficients[0] * curves[0, i] + coefficients[1] * curves[1, i]


@njit(cache=True)
def _add_products(one, other, coefficients, logits):
    first, second = coefficients[0], coefficients[1]
    low, high, low_2, high_2 = one[0], one[1], other[0], other[1]
    for i in range(len(logits)):
        logits[i] += first * (low[i] * low_2[i]) + second * (high[i] * high_2[i])


@njit(cache=True)
def exponentials_in_place(logits, top, sums, scratch):
    """Replace logits by the exponentials of their difference to ``top``, and add these to eight sums side by side."""
    values = scratch.values
    for start in range(0, len(logits), WIDTH):
        n = min(WIDTH, len(logits) - start)
        block = logits[start : start + n]
        for i in range(n):
            values[i] = block[i] - top
        exp_in_place(values, scratch.other, scratch.other_bits, n)
        block[:] = values[:n]
        values[n:] = 0
        for i in range(0, n, STRIDE):
            for place in range(STRIDE):
                sums[place] += values[i + place]


@njit(cache=True)
def sum_of(sums):
    """Return the sum of the sums."""
    total = 0.0
    for place in range(STRIDE):
        total += sums[place]
    return total


@njit(cache=True)
def _mix_row(affinities, has_data, inverse, coefficients, at_levels, row, level, query, scores):
    items = len(scores)
    data = np.empty(items, np.uint8)
    scratch = new_scratch(len(has_data))
    levels = at_levels.logits[row]
    for item in range(items):
        scores[item] = levels[level[item]]
    for start in range(0, items, WIDTH):
        end = min(start + WIDTH, items)
        add_terms(
            affinities,
            start,
            has_data,
            inverse,
            coefficients,
            row,
            scores[start:end],
            data[start:end],
            scratch,
        )
    scores[query] = _NOTHING
    top = _NOTHING
    for item in range(items):
        top = max(top, scores[item])
    sums = np.zeros(STRIDE, np.float64)
    exponentials_in_place(scores, _ZERO if top == _NOTHING else top, sums, scratch)
    total = sum_of(sums)
    inverse_z = np.float32(1 / total if total > 0 else 1.0)
    popularity_factor = at_levels.popularity_factor[row]
    for item in range(items):
        scores[item] = scores[item] * inverse_z * popularity_factor[level[item]] if data[item] else _NOTHING


@njit(parallel=True, cache=True)
def _mixed(affinities, has_data, inverse, coefficients, at_levels, level, queries):
    scores = np.empty((affinities.shape[0], affinities.shape[2]), np.float32)
    for one in prange(len(scores)):
        # Numba's own index has another type, for which all that is called would be compiled again.
        row = np.int64(one)
        _mix_row(
            *(affinities[row], has_data[row], inverse[row], coefficients, at_levels, row, level),
            *(queries[row], scores[row]),
        )
    return scores

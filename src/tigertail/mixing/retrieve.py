"""Retrieval: the candidates of every item, chosen once, from the affinities to all items.

An item becomes a candidate by its rank in any of several lists: those of the mixture at three exponents and three
characters, those of each part alone and of the mixture without it. A list has a quota; an item's priority is the
least of its rank / quota over the lists, and the items of the highest priority are kept, as many as the settings allow.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange
from tigertail.mixing.candidates import MOST_PARTS, SAMPLE, Candidates
from tigertail.mixing.mixture import Mixture
from tigertail.mixing.scoring import WIDTH, add_terms, inverses, new_scratch
from tigertail.progress import progress
from tigertail.retrieval.topk import offer, sort_best_first

Floats = NDArray[np.float32]

QUERIES: Final = 256  # at a time, at most
BLOCK_BYTES: Final = 2**27  # of affinities and sums held at a time
EXPONENTS: Final = (0.0, None, 1.5)  # None is the model's own
QUOTA: Final = 300  # of the list that is asked by default
QUOTA_OF_EXPONENT: Final = 150
QUOTA_OF_CHARACTER: Final = 100
QUOTA_OF_PART: Final = 100
LENGTH_OF_PART: Final = 300  # beyond the quota an item is a candidate where there is room, or by another list
QUOTA_WITHOUT: Final = 100
_NOTHING: Final = np.float32(-np.inf)
_EVERY: Final = 16  # one item in so many is sampled for a likely floor
_NEVER: Final = np.float32(np.inf)


class Chosen(NamedTuple):
    """The entries of some queries, before they are packed.

    Parameters
    ----------
    codes
        Candidates by code, then the sample; int32, (queries, most + 48).
    sizes
        How many candidates there are; int32, (queries,).
    sampled
        How many of the sample there are; int32, (queries,).
    complete
        As in :class:`~tigertail.mixing.candidates.Candidates`.
    log_weights
        Float32, (queries, 48).
    drift
        Float32, (queries, 2).
    """

    codes: NDArray[np.int32]
    sizes: NDArray[np.int32]
    sampled: NDArray[np.int32]
    complete: NDArray[np.bool_]
    log_weights: Floats
    drift: Floats


def with_candidates(mixture: Mixture, most: int) -> Mixture:
    """Return the mixture with the candidates of every item, so many at most; 0 means none."""
    return replace(mixture, candidates=retrieve(mixture, most))


def retrieve(mixture: Mixture, most: int) -> Candidates | None:
    """Choose the candidates of every item.

    Parameters
    ----------
    mixture
        The mixture, as it is asked by default.
    most
        Most candidates of an item.

    Returns
    -------
    Candidates or None
        None where the mixture has too many parts, or ``most`` is 0.
    """
    parts, items = tuple(mixture.parts), len(mixture.listeners)
    if not most or not 0 < len(parts) <= MOST_PARTS:
        return None
    most = min(most, max(1, items - 1))
    known = np.zeros(items, np.uint16)
    for place, part in enumerate(mixture.parts.values()):
        known |= part.known.astype(np.uint16) << np.uint16(place)
    blocks = []
    with progress("candidates", items) as tick:
        rows = min(QUERIES, max(1, BLOCK_BYTES // (4 * max(1, items) * (len(parts) + 4))))
        for start in range(0, items, rows):
            queries = np.arange(start, min(start + rows, items), dtype=np.int32)
            blocks.append(_retrieved(mixture, queries, most))
            tick(len(queries))
    sizes, complete, lengths, value_lengths, codes, has_data, values, scale, log_weights, drift = (
        np.concatenate(arrays) for arrays in zip(*blocks, strict=True)
    )
    return Candidates(
        parts,
        np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        sizes,
        complete,
        codes,
        has_data,
        np.concatenate([[0], np.cumsum(value_lengths, dtype=np.int64)]),
        values,
        known,
        scale,
        log_weights,
        drift,
        mixture.character,
    )


def _retrieved(mixture: Mixture, queries: NDArray[np.int32], most: int) -> tuple[NDArray[np.generic], ...]:
    """Return the arrays of :class:`Candidates` for some queries, with lengths in the place of offsets."""
    found, has_data, scale = mixture.parts_affinities(queries)
    inverse = inverses(scale)
    popularity = mixture.popularity_features
    ends = [replace(mixture, character=end).counted(queries, has_data) for end in (0.0, 1.0)]
    heights, data = _heights(found, has_data, inverse, *ends, popularity.level, queries)
    characters = sorted({0.0, mixture.character, 1.0})
    dials = [
        (character, mixture.beta if beta is None else beta, _quota(mixture, character, beta))
        for character in characters
        for beta in EXPONENTS
    ]
    exponents = np.stack(
        [
            mixture.parameters.exponents(mixture.listeners[queries], beta, character)
            for character, beta, _ in dials
        ],
        1,
    ).astype(np.float32)
    gains = np.stack([popularity.gains(character) for character, _, _ in dials]).astype(np.float32)
    count = len(mixture.parts)
    asked = np.repeat(queries, count)
    enabled = np.repeat(has_data, count, axis=0) & ~np.tile(np.eye(count, dtype=np.bool_), (len(queries), 1))
    chosen = _chosen(
        found,
        has_data,
        inverse,
        heights,
        data,
        mixture.counted(asked, enabled),
        enabled,
        np.array([character for character, _, _ in dials], np.float32),
        exponents,
        gains,
        np.array([quota for _, _, quota in dials], np.int64),
        dials.index((mixture.character, mixture.beta, QUOTA)),
        popularity.level,
        queries,
        most,
    )
    lengths = (chosen.sizes + chosen.sampled).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    codes, bits, value_lengths, values = _packed(found, has_data, chosen, starts)
    return (
        *(chosen.sizes, chosen.complete, lengths, value_lengths),
        *(codes, bits, values[: value_lengths.sum()], scale, chosen.log_weights, chosen.drift),
    )


def _quota(mixture: Mixture, character: float, beta: float | None) -> int:
    if character != mixture.character:
        return QUOTA_OF_CHARACTER
    return QUOTA if beta is None else QUOTA_OF_EXPONENT


@njit(parallel=True, cache=True)
def _heights(found, has_data, inverse, taste, kinship, level, queries):
    """Return the sums of terms at both ends; float32, (2, queries, items), and who has data; uint8."""
    rows, _, items = found.shape
    heights = np.empty((2, rows, items), np.float32)
    data = np.empty((rows, items), np.uint8)
    for row in prange(rows):
        scratch = new_scratch(has_data.shape[1])
        for end in range(2):
            counted = kinship if end else taste
            sums, marks = heights[end, row], data[row]
            levels = counted.heights[row]
            for item in range(items):
                sums[item] = levels[level[item]]
            for start in range(0, items, WIDTH):
                last = min(start + WIDTH, items)
                add_terms(
                    found[row],
                    start,
                    has_data[row],
                    inverse[row],
                    counted,
                    row,
                    sums[start:last],
                    marks[start:last],
                    scratch,
                )
            sums[queries[row]] = _NOTHING
        data[row, queries[row]] = 0
    return heights, data


@njit(cache=True)
def _likely_floor(scores, data, items, length):
    """Return a score that more than ``length`` items are likely to exceed, but not many more."""
    best = np.empty(length // _EVERY * 2 + 8, np.float32)
    codes = np.empty(len(best), np.int32)
    size = 0
    for place in range(0, len(items), _EVERY):
        score = scores[place]
        if data[items[place]] and not (size == len(best) and score <= best[0]):
            size = offer(best, codes, size, score, items[place])
    return best[0] if size == len(best) else _NOTHING


@njit(cache=True)
def _offer_above(scores, data, items, floor, best, codes):
    """Fill a heap with the best of some items, with data and a score above ``floor``; return how many there are."""
    size = 0
    for place in range(len(items)):
        score = scores[place]
        if score > floor and data[items[place]] and not (size == len(best) and score <= best[0]):
            size = offer(best, codes, size, score, items[place])
    return size


@njit(cache=True)
def _note_best(scores, data, items, length, quota, floor, priority):
    """Give the best of some items, with data and a score above ``floor``, the priority of their rank in a list."""
    length = min(length, len(items))
    best = np.empty(length, np.float32)
    codes = np.empty(length, np.int32)
    # With a floor that a sample suggests, the heap is offered little more than it keeps.
    size = 0
    if len(items) > _EVERY * length // 4:
        likely = _likely_floor(scores, data, items, length)
        if likely > floor:
            size = _offer_above(scores, data, items, likely, best, codes)
    if size < length:
        size = _offer_above(scores, data, items, floor, best, codes)
    sort_best_first(best, codes, size)
    for rank in range(size):
        priority[codes[rank]] = min(priority[codes[rank]], np.float32((rank + 1) / quota))


@njit(cache=True)
def _note_best_without(found, inverse, counted, enabled, row, data, gains, level, priority):
    """Note the best of the mixture without each part, among the items that are in another list."""
    parts = len(inverse)
    pool = np.flatnonzero(priority < _NEVER).astype(np.int32)
    there = np.empty((parts, len(pool)), np.float32)
    for part in range(parts):
        for place in range(len(pool)):
            there[part, place] = found[part, pool[place]]
    heights = np.empty(len(pool), np.float32)
    marks = np.empty(len(pool), np.uint8)
    scratch = new_scratch(parts)
    for part in range(parts):
        asked = row * parts + part
        levels = counted.heights[asked]
        for place in range(len(pool)):
            heights[place] = levels[level[pool[place]]]
        for start in range(0, len(pool), WIDTH):
            end = min(start + WIDTH, len(pool))
            add_terms(
                there,
                start,
                enabled[asked],
                inverse,
                counted,
                asked,
                heights[start:end],
                marks[start:end],
                scratch,
            )
        for place in range(len(pool)):
            heights[place] = heights[place] - gains[level[pool[place]]] if marks[place] else _NOTHING
        _note_best(heights, data, pool, QUOTA_WITHOUT, QUOTA_WITHOUT, _NOTHING, priority)


@njit(cache=True)
def _keep(priority, most, codes):
    """Write the items of the highest priority to ``codes``, ascending; return how many."""
    best = np.empty(most, np.float32)
    size = 0
    for item in range(len(priority)):
        if priority[item] < _NEVER and not (size == most and -priority[item] <= best[0]):
            size = offer(best, codes, size, -priority[item], item)
    codes[:size] = np.sort(codes[:size])
    return size


@njit(cache=True)
def _sample(heights, chosen, query, codes, log_weights):
    """Draw items that are no candidates in proportion to e^height, at equal steps; return how many."""
    top = _NOTHING
    others = 0
    for item in range(len(heights)):
        if not chosen[item] and item != query:
            top = max(top, heights[item])
            others += 1
    if others == 0:
        return 0
    mass = 0.0
    for item in range(len(heights)):
        if not chosen[item] and item != query:
            mass += np.exp(heights[item] - top)
    step = mass / SAMPLE
    passed = 0.0
    drawn = 0
    last = 0
    for item in range(len(heights)):
        if not chosen[item] and item != query:
            passed += np.exp(heights[item] - top)
            last = item
            while drawn < SAMPLE and passed >= (drawn + 0.5) * step:
                codes[drawn] = item
                log_weights[drawn] = np.log(step) + top - heights[item]
                drawn += 1
    for rest in range(drawn, SAMPLE):  # rounding may leave the last step short
        codes[rest] = last
        log_weights[rest] = np.log(step) + top - heights[last]
    return SAMPLE


@njit(cache=True)
def _drift(heights, chosen, query, codes, log_weights):
    """Return the logarithm of what the other items sum to, over what the sample makes of it."""
    top = _NOTHING
    for item in range(len(heights)):
        if not chosen[item] and item != query:
            top = max(top, heights[item])
    exact = 0.0
    for item in range(len(heights)):
        if not chosen[item] and item != query:
            exact += np.exp(heights[item] - top)
    estimate = 0.0
    for place in range(SAMPLE):
        estimate += np.exp(np.float64(heights[codes[place]]) - top + log_weights[place])
    return np.log(exact / estimate)


@njit(cache=True)
def _represent_others(scores, ends, query, codes, size, log_weights, drift):
    """Write the sample of the items that are no candidates behind the candidates; return how many it has."""
    chosen = np.zeros(len(scores), np.bool_)
    for place in range(size):
        chosen[codes[place]] = True
    sample = codes[size:]
    sampled = _sample(scores, chosen, query, sample, log_weights)
    if sampled:
        for end in range(2):
            drift[end] = _drift(ends[end], chosen, query, sample, log_weights)
    return sampled


@njit(parallel=True, cache=True)
def _chosen(
    found,
    has_data,
    inverse,
    heights,
    data,
    without,
    enabled,
    characters,
    exponents,
    gains,
    quotas,
    home,
    level,
    queries,
    most,
):
    rows, parts, items = found.shape
    every = np.arange(items).astype(np.int32)
    codes = np.full((rows, most + SAMPLE), -1, np.int32)
    sizes = np.zeros(rows, np.int32)
    sampled = np.zeros(rows, np.int32)
    complete = np.zeros(rows, np.bool_)
    log_weights = np.zeros((rows, SAMPLE), np.float32)
    drift = np.zeros((rows, 2), np.float32)
    for row in prange(rows):
        scores = np.empty(items, np.float32)
        priority = np.full(items, _NEVER)
        taste, kinship, marks = heights[0, row], heights[1, row], data[row]
        for dial in range(len(quotas)):
            share, exponent, gain = characters[dial], exponents[row, dial], gains[dial]
            for item in range(items):
                scores[item] = (
                    (1 - share) * taste[item] + share * kinship[item] - exponent * gain[level[item]]
                )
            _note_best(scores, marks, every, quotas[dial], quotas[dial], _NOTHING, priority)
        for part in range(parts):
            if has_data[row, part]:
                _note_best(
                    found[row, part], marks, every, LENGTH_OF_PART, QUOTA_OF_PART, np.float32(0), priority
                )
        fallen = exponents[row, home] * gains[home]
        _note_best_without(found[row], inverse[row], without, enabled, row, marks, fallen, level, priority)
        covered = np.count_nonzero(marks)
        if covered <= most:  # there is room for every item with data
            priority[marks > 0] = 0
        sizes[row] = _keep(priority, most, codes[row])
        share = characters[home]
        for item in range(items):
            scores[item] = (1 - share) * taste[item] + share * kinship[item]
        sampled[row] = _represent_others(
            scores, heights[:, row], queries[row], codes[row], sizes[row], log_weights[row], drift[row]
        )
        complete[row] = covered == sizes[row]
    return Chosen(codes, sizes, sampled, complete, log_weights, drift)


@njit(parallel=True, cache=True)
def _packed(found, has_data, chosen, starts):
    """Return the entries row by row: their codes, their bits, how many values a row has, and the values."""
    rows, parts, _ = found.shape
    codes = np.empty(starts[-1], np.int32)
    bits = np.zeros(starts[-1], np.uint16)
    lengths = np.zeros(rows, np.int64)
    for row in prange(rows):
        for place in range(starts[row + 1] - starts[row]):
            code = chosen.codes[row, place]
            codes[starts[row] + place] = code
            for part in range(parts):
                if has_data[row, part] and found[row, part, code] > _NOTHING:
                    bits[starts[row] + place] |= np.uint16(1 << part)
                    lengths[row] += 1
    value_starts = np.cumsum(lengths) - lengths
    values = np.empty(lengths.sum(), np.float32)
    for row in prange(rows):
        value = value_starts[row]
        for entry in range(starts[row], starts[row + 1]):
            for part in range(parts):
                if (bits[entry] >> part) & 1:
                    values[value] = found[row, part, codes[entry]]
                    value += 1
    return codes, bits, lengths, values

"""Selection: which items of a query's pool become its candidates, and which of the others represent the rest.

An item becomes a candidate by its rank in any of several lists: those of the mixture at three exponents and three
characters, those of each part alone and of the mixture without it. A list has a quota; an item's priority is the
least of its rank / quota over the lists, and the items of the highest priority are kept, as many as the settings allow.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange
from tigertail.mixing.candidates import KEPT_SAMPLE
from tigertail.mixing.elementary import log_in_place
from tigertail.mixing.mixture import Mixture
from tigertail.mixing.scoring import STRIDE, exponentials_in_place, item_logit, new_scratch

Floats = NDArray[np.float32]

# The lists and quotas were chosen by the recall of the exact answers under the options of the table in
# docs/performance.md, and by the time that choosing takes.
EXPONENTS: Final = (0.0, None, 1.5)  # None is the model's own
QUOTA: Final = 300  # of the list that is asked by default
QUOTA_OF_EXPONENT: Final = 150
QUOTA_OF_CHARACTER: Final = 100
QUOTA_OF_PART: Final = 100
LENGTH_OF_PART: Final = 300  # beyond the quota an item is a candidate where there is room, or by another list
QUOTA_WITHOUT: Final = 100
BINS: Final = 1024
"""Bins of a scale that stands for an order: a rank need not be exact where one list of many is merged."""
_BINS_OF_QUOTA: Final = 256  # bins of priority up to a quota
_MANTISSA_BITS: Final = 18  # left out of a bin: 32 bins for each factor of two
_NOTHING: Final = np.float32(-np.inf)
_ZERO: Final = np.float32(0)
_ONE: Final = np.float32(1)
_TINY: Final = np.float32(1e-12)
_NEVER: Final = np.float32(np.inf)


class Chosen(NamedTuple):
    """The entries of some queries, before they are packed.

    Parameters
    ----------
    places
        Entries of the query's pool: candidates by code, then the sample; int32, (queries, max_candidates + 48).
    sizes
        How many candidates there are; int32, (queries,).
    sampled
        How many of the sample there are; int32, (queries,).
    complete
        As in :class:`~tigertail.mixing.candidates.Candidates`.
    log_weights
        Float32, (queries, 48).
    log_z_correction
        Float32, (queries, 2).
    """

    places: NDArray[np.int32]
    sizes: NDArray[np.int32]
    sampled: NDArray[np.int32]
    complete: NDArray[np.bool_]
    log_weights: Floats
    log_z_correction: Floats


class Lists(NamedTuple):
    """How a mixture is asked for the lists that candidates are chosen from.

    Parameters
    ----------
    characters
        Float32, (characters,).
    character
        Place of the character of each list among these; int64, (lists,).
    exponents
        Popularity exponent of each query in each list; float32, (queries, lists).
    quotas
        Int64, (lists,).
    log_popularity
        What popularity subtracts at an exponent of 1, by level; float32, (characters, levels).
    default_list
        The place of the list that is asked by default.
    enabled
        Which parts have data and are left without one of them; bool, (queries * parts, parts).
    """

    characters: Floats
    character: NDArray[np.int64]
    exponents: Floats
    quotas: NDArray[np.int64]
    log_popularity: Floats
    default_list: int
    enabled: NDArray[np.bool_]


def lists_of(mixture: Mixture, queries: NDArray[np.int32], has_data: NDArray[np.bool_]) -> Lists:
    """Return how a mixture is asked for the lists of some queries.

    Parameters
    ----------
    mixture
        The mixture, as it is asked by default.
    queries
        Item codes; int32, (queries,).
    has_data
        Which parts have data about a query; bool, (queries, parts).
    """
    characters = sorted({0.0, mixture.character, 1.0})
    asked = [
        (character, mixture.beta if beta is None else beta, _quota(mixture, character, beta))
        for character in characters
        for beta in EXPONENTS
    ]
    listeners, parameters = mixture.listeners[queries], mixture.parameters
    exponents = [parameters.exponents(listeners, beta, character) for character, beta, _ in asked]
    log_popularity = [mixture.popularity_features.log_popularity(character) for character in characters]
    count = len(mixture.parts)
    alone = np.tile(np.eye(count, dtype=np.bool_), (len(queries), 1))
    enabled = np.repeat(has_data, count, axis=0) & ~alone
    return Lists(
        np.array(characters, np.float32),
        np.array([characters.index(character) for character, _, _ in asked], np.int64),
        np.stack(exponents, 1).astype(np.float32),
        np.array([quota for _, _, quota in asked], np.int64),
        np.stack(log_popularity).astype(np.float32),
        asked.index((mixture.character, mixture.beta, QUOTA)),
        enabled,
    )


def _quota(mixture: Mixture, character: float, beta: float | None) -> int:
    if character != mixture.character:
        return QUOTA_OF_CHARACTER
    return QUOTA if beta is None else QUOTA_OF_EXPONENT


@njit(cache=True)
def _curves(affinities, has_data, inverse, curves, bits):
    """Write the curves of every part for some entries, and a bit for each part that has data about an entry."""
    positive = np.empty(len(bits), np.float32)
    exponents, places = np.empty(len(bits), np.float32), np.empty(len(bits) + 1, np.int64)
    curves[:] = 0
    bits[:] = 0
    for part in range(len(curves)):
        if not has_data[part]:
            continue
        mark = np.uint16(1 << part)
        of_part = affinities[part]
        size = 0
        for place in range(len(bits)):
            bits[place] |= mark if of_part[place] > _NOTHING else np.uint16(0)
            places[size] = place
            size += of_part[place] > 0
        for bend in range(curves.shape[1]):
            factor = inverse[part, bend]
            for one in range(size):
                positive[one] = _ONE + of_part[places[one]] * factor
            log_in_place(positive, positive.view(np.int32), exponents, size)
            for one in range(size):
                curves[part, bend, places[one]] = positive[one]


@njit(cache=True)
def _bits_of(flags):
    bits = np.uint16(0)
    for place in range(len(flags)):
        bits |= np.uint16(flags[place]) << np.uint16(place)
    return bits


@njit(cache=True)
def _sum_terms(curves, bits, has_data, coefficients, asked, levels, values, logits):
    """Write the sums of the terms of one query, as some parts have them, and some entries."""
    of_items = coefficients.of_items[asked]
    content = _bits_of(has_data & coefficients.is_non_play)
    no_content_data = coefficients.no_content_data[asked]
    for place in range(len(logits)):
        logits[place] = item_logit(of_items, values, levels[place])
        logits[place] += no_content_data if bits[place] & content == 0 else _ZERO
    for part in range(len(has_data)):
        if has_data[part]:
            first, second = coefficients.curves[asked, part, 0], coefficients.curves[asked, part, 1]
            low, high = curves[part, 0], curves[part, 1]
            for place in range(len(logits)):
                logits[place] += first * low[place] + second * high[place]
    for pair in range(len(coefficients.pairs)):
        one, other = coefficients.pairs[pair, 0], coefficients.pairs[pair, 1]
        if has_data[one] and has_data[other]:
            for bend in range(curves.shape[1]):
                factor = coefficients.products[asked, pair, bend]
                a, b = curves[one, bend], curves[other, bend]
                for place in range(len(logits)):
                    logits[place] += factor * (a[place] * b[place])


@njit(cache=True)
def _note_ranks(bins, length, quota, counts, priority):
    """Give entries the priority of their rank in a list, best first.

    ``bins`` has the bin of each entry in a scale of :data:`BINS`, -1 for an entry that is not in the list. Entries
    in one bin share the last of their ranks; beyond ``length`` ranks an entry gets none.
    """
    counts[:] = 0
    for one in bins:
        counts[one] += 1  # -1 is the last, which is no bin
    of_bins = np.full(BINS + 1, _NEVER)
    rank = 0
    for one in range(BINS - 1, -1, -1):
        if counts[one]:
            if rank >= length:
                break
            rank += counts[one]
            of_bins[one] = rank / quota
    for place in range(len(bins)):
        priority[place] = min(priority[place], of_bins[bins[place]])


@njit(cache=True)
def _linear_bins(scores, there, bins):
    """Write the bins of scores that are logarithms, at equal distances; -1 where they are not ``there``."""
    lowest, highest = -_NOTHING, _NOTHING
    for place in range(len(scores)):
        lowest = min(lowest, scores[place] if there[place] else -_NOTHING)
        highest = max(highest, scores[place] if there[place] else _NOTHING)
    factor = np.float32(BINS - 1) / max(highest - lowest, _TINY) if highest > _NOTHING else _ZERO
    for place in range(len(scores)):
        bins[place] = np.int32((scores[place] - lowest) * factor) if there[place] else -1


@njit(cache=True)
def _geometric_bins(affinities, bins):
    """Write the bins of affinities, at equal ratios; those up to 0 are not in the list."""
    # The bits of a number above 0, exponent and mantissa, grow with its logarithm; those of others are below them.
    bits = affinities.view(np.int32)
    highest = np.int32(0)
    for place in range(len(bits)):
        highest = max(highest, bits[place])
    for place in range(len(bits)):
        below = (highest - bits[place]) >> _MANTISSA_BITS
        bins[place] = max(BINS - 1 - below, 0) if bits[place] > 0 else -1


@njit(cache=True)
def _keep(priority, n, counts, places):
    """Write the entries of the highest priority to ``places``, ascending; return how many."""
    counts[:] = 0
    bins = np.empty(len(priority), np.int32)
    for place in range(len(priority)):
        bins[place] = np.int32(min(priority[place] * _BINS_OF_QUOTA, BINS - 1))
        counts[bins[place]] += 1 if priority[place] < _NEVER else 0
    last = 0
    taken = 0
    while last < BINS - 1 and taken + counts[last] <= n:
        taken += counts[last]
        last += 1
    room = n - taken  # for some of those in the last bin
    size = 0
    for place in range(len(priority)):
        is_last = bins[place] == last and priority[place] < _NEVER and room > 0
        places[size] = place  # and counted if it is kept: a branch would often be foreseen wrongly
        size += bins[place] < last or is_last
        room -= is_last
    return size


@njit(cache=True)
def _mass(logits, weights, exponentials, scratch):
    """Write what each entry adds to the normaliser, over e^top; return the sum, and top."""
    top = _NOTHING
    for logit in logits:
        top = max(top, logit)
    if top == _NOTHING:
        return 0.0, top
    exponentials[:] = logits
    sums = np.zeros(STRIDE, np.float64)
    exponentials_in_place(exponentials, top, sums, scratch)
    mass = 0.0
    for place in range(len(logits)):
        exponentials[place] *= weights[place]
        mass += exponentials[place]
    return mass, top


@njit(cache=True)
def _sample(exponentials, mass, top, logits, places, log_weights):
    """Draw entries in proportion to what they add to the normaliser, at equal steps."""
    step = mass / KEPT_SAMPLE
    passed = 0.0
    drawn = 0
    last = 0
    for place in range(len(exponentials)):
        if exponentials[place] > 0:
            passed += exponentials[place]
            last = place
            while drawn < KEPT_SAMPLE and passed >= (drawn + 0.5) * step:
                places[drawn] = place
                log_weights[drawn] = np.log(step) + top - logits[place]
                drawn += 1
    for rest in range(drawn, KEPT_SAMPLE):  # rounding may leave the last step short
        places[rest] = last
        log_weights[rest] = np.log(step) + top - logits[last]


@njit(cache=True)
def _log_z_correction(logits, mass, top, places, log_weights):
    """Return the logarithm of what the other items sum to, over what the sample makes of it."""
    estimate = 0.0
    for one in range(KEPT_SAMPLE):
        estimate += np.exp(np.float64(logits[places[one]]) - top + log_weights[one])
    return np.log(mass / estimate)


@njit(cache=True)
def _popularity(levels, lists):
    """Return what popularity subtracts at an exponent of 1, at each character; float32, (characters, entries)."""
    subtracted = np.empty((len(lists.log_popularity), len(levels)), np.float32)
    for character in range(len(subtracted)):
        of_levels = lists.log_popularity[character]
        for place in range(len(levels)):
            subtracted[character, place] = of_levels[levels[place]]
    return subtracted


@njit(cache=True)
def _note_lists(logits, there, popularity, lists, row, bins, counts, priority):
    """Note the ranks in each list."""
    scores = np.empty(len(priority), np.float32)
    for one in range(len(lists.quotas)):
        character = lists.character[one]
        t, exponent = lists.characters[character], lists.exponents[row, one]
        subtracted = popularity[character]
        for place in range(len(scores)):
            mixed = (1 - t) * logits[0, place] + t * logits[1, place]
            scores[place] = mixed - exponent * subtracted[place]
        _linear_bins(scores, there, bins)
        _note_ranks(bins, lists.quotas[one], lists.quotas[one], counts, priority)


@njit(cache=True)
def _note_parts(
    affinities,
    curves,
    bits,
    levels,
    values,
    row,
    has_data,
    without,
    lists,
    popularity,
    bins,
    counts,
    priority,
):
    """Note the ranks in the list of each part, and in that of the mixture without it."""
    exponent = lists.exponents[row, lists.default_list]
    subtracted = popularity[lists.character[lists.default_list]]
    scores, there = np.empty(len(bits), np.float32), np.empty(len(bits), np.bool_)
    parts = len(has_data)
    for part in range(parts):
        if has_data[part]:
            _geometric_bins(affinities[part], bins)
            _note_ranks(bins, LENGTH_OF_PART, QUOTA_OF_PART, counts, priority)
            asked = row * parts + part
            _sum_terms(curves, bits, lists.enabled[asked], without, asked, levels, values, scores)
            others = np.uint16(0xFFFF ^ (1 << part))
            for place in range(len(bits)):
                scores[place] -= exponent * subtracted[place]
                there[place] = bits[place] & others != 0
            _linear_bins(scores, there, bins)
            _note_ranks(bins, QUOTA_WITHOUT, QUOTA_WITHOUT, counts, priority)


@njit(cache=True)
def _prioritise(pool, row, near, levels, values, curves, bits, logits, without, lists):
    """Return the priority of some entries of a query's pool; float32."""
    begin, size = pool.starts[row], len(near)
    of_near = np.empty((len(curves), curves.shape[1], size), np.float32)
    affinities = np.empty((len(curves), size), np.float32)
    two = np.empty((2, size), np.float32)
    for part in range(len(curves)):
        for one in range(size):
            affinities[part, one] = pool.affinities[part, begin + near[one]]
        for bend in range(curves.shape[1]):
            for one in range(size):
                of_near[part, bend, one] = curves[part, bend, near[one]]
    for end in range(2):
        for one in range(size):
            two[end, one] = logits[end, near[one]]
    priority = np.full(size, _NEVER)
    bins, counts = np.empty(size, np.int32), np.empty(BINS + 1, np.int32)
    popularity = _popularity(levels[near], lists)
    _note_lists(two, np.ones(size, np.bool_), popularity, lists, row, bins, counts, priority)
    _note_parts(
        *(affinities, of_near, bits[near], levels[near], values, row, pool.has_data[row], without, lists),
        *(popularity, bins, counts, priority),
    )
    return priority


@njit(cache=True)
def _represent_others(sample_weight, logits, character, places, size, log_weights, log_z_correction, scratch):
    """Write a sample of the entries that are no candidates behind the candidates; return how many it has."""
    is_other = np.ones(len(sample_weight), np.bool_)
    is_other[places[:size]] = False
    others = np.flatnonzero(is_other)
    weights, exponentials = np.empty(len(others), np.float32), np.empty(len(others), np.float32)
    ends, scores = np.empty((2, len(others)), np.float32), np.empty(len(others), np.float32)
    for one in range(len(others)):
        weights[one] = sample_weight[others[one]] if sample_weight[others[one]] > 0 else 1
        ends[0, one], ends[1, one] = logits[0, others[one]], logits[1, others[one]]
        scores[one] = (1 - character) * ends[0, one] + character * ends[1, one]
    mass, top = _mass(scores, weights, exponentials, scratch)
    if mass == 0:
        return 0
    drawn = np.empty(KEPT_SAMPLE, np.int64)
    _sample(exponentials, mass, top, scores, drawn, log_weights)
    for end in range(2):
        mass, top = _mass(ends[end], weights, exponentials, scratch)
        log_z_correction[end] = _log_z_correction(ends[end], mass, top, drawn, log_weights)
    for one in range(KEPT_SAMPLE):
        places[size + one] = others[drawn[one]]
    return KEPT_SAMPLE


@njit(cache=True)
def _choose(
    pool,
    row,
    inverse,
    taste,
    kinship,
    without,
    lists,
    level,
    values,
    max_candidates,
    places,
    log_weights,
    log_z_correction,
):
    """Choose the candidates of a query.

    Return how many there are, how many items stand for the others, and whether no part has data about any other item.
    """
    begin, end = pool.starts[row], pool.starts[row + 1]
    sample_weight = pool.sample_weight[begin:end]
    count = end - begin
    has_data = pool.has_data[row]
    curves = np.empty((len(has_data), inverse.shape[1], count), np.float32)
    bits = np.empty(count, np.uint16)
    levels = level[pool.items[begin:end]]
    logits = np.empty((2, count), np.float32)
    _curves(pool.affinities[:, begin:end], has_data, inverse, curves, bits)
    _sum_terms(curves, bits, has_data, taste, row, levels, values, logits[0])
    _sum_terms(curves, bits, has_data, kinship, row, levels, values, logits[1])
    near = np.flatnonzero((sample_weight == 0) & (bits > 0))  # those of the sample are no candidates
    size = len(near)
    if size <= max_candidates:
        places[:size] = near
    else:
        priority = _prioritise(pool, row, near, levels, values, curves, bits, logits, without, lists)
        size = _keep(priority, max_candidates, np.empty(BINS, np.int32), places)
        places[:size] = near[places[:size]]
    sampled = _represent_others(
        sample_weight,
        logits,
        lists.characters[lists.character[lists.default_list]],
        places,
        size,
        log_weights,
        log_z_correction,
        new_scratch(len(has_data)),
    )
    return size, sampled, pool.whole[row] and len(near) == size


@njit(parallel=True, cache=True)
def select(pool, inverse, taste, kinship, without, lists, level, values, max_candidates):
    """Return the entries that are kept of the pools of some queries.

    Parameters
    ----------
    pool
        Of :class:`~tigertail.mixing.pool.Pools`.
    inverse
        What :func:`tigertail.mixing.scoring.inverses` makes of the scales; float32, (queries, parts, bends).
    taste, kinship, without
        Of :class:`~tigertail.mixing.scoring.TermCoefficients`: at a character of 0, of 1, and, for each query and part,
        without the part, at the mixture's own character.
    lists
        As :func:`lists_of` returns them.
    level, values
        Level of popularity of each item, and the values of the terms of items by level, as in
        :class:`~tigertail.mixing.terms.PopularityFeatures`.
    max_candidates
        How many candidates of a query, at most.

    Returns
    -------
    Chosen
    """
    rows = len(pool.has_data)
    places = np.full((rows, max_candidates + KEPT_SAMPLE), -1, np.int32)
    sizes = np.zeros(rows, np.int32)
    sampled = np.zeros(rows, np.int32)
    complete = np.zeros(rows, np.bool_)
    log_weights = np.zeros((rows, KEPT_SAMPLE), np.float32)
    log_z_correction = np.zeros((rows, 2), np.float32)
    for one in prange(rows):
        # Numba's own index has another type, for which all that is called would be compiled again.
        row = np.int64(one)
        sizes[row], sampled[row], complete[row] = _choose(
            pool,
            row,
            inverse[row],
            taste,
            kinship,
            without,
            lists,
            level,
            values,
            max_candidates,
            places[row],
            log_weights[row],
            log_z_correction[row],
        )
    return Chosen(places, sizes, sampled, complete, log_weights, log_z_correction)


@njit(parallel=True, cache=True)
def pack(pool, chosen, starts):
    """Return the kept entries query by query.

    Parameters
    ----------
    pool, chosen
        The pools, and what :func:`select` returns of them.
    starts
        Where the entries of each query begin, and where the last end; int64, (queries + 1,).

    Returns
    -------
    codes
        Item of each entry; int32.
    bits
        Which parts have data about it; uint16.
    lengths
        How many values a query has; int64, (queries,).
    values
        Affinities of the parts with data, entry by entry; float32.
    """
    rows, parts = pool.has_data.shape
    codes = np.empty(starts[-1], np.int32)
    bits = np.zeros(starts[-1], np.uint16)
    lengths = np.zeros(rows, np.int64)
    for row in prange(rows):
        for place in range(starts[row + 1] - starts[row]):
            entry = pool.starts[row] + chosen.places[row, place]
            codes[starts[row] + place] = pool.items[entry]
            for part in range(parts):
                if pool.affinities[part, entry] > _NOTHING:
                    bits[starts[row] + place] |= np.uint16(1 << part)
                    lengths[row] += 1
    value_starts = np.cumsum(lengths) - lengths
    values = np.empty(lengths.sum(), np.float32)
    for row in prange(rows):
        value = value_starts[row]
        for place in range(starts[row + 1] - starts[row]):
            entry = pool.starts[row] + chosen.places[row, place]
            for part in range(parts):
                if (bits[starts[row] + place] >> part) & 1:
                    values[value] = pool.affinities[part, entry]
                    value += 1
    return codes, bits, lengths, values

"""Compiled kernels of the signal from curated sequences: which items are near each other, curator by curator."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np

from tigertail.kernels import njit, prange
from tigertail.ranking.topk import offer, sort_best_first

_CHUNKS: Final = 64  # parts of the items, with sums of their own: no more threads have work


@njit(parallel=True, cache=True)
def nearest(places, layout, reach, window, power, lengths, gains, shrinkage, k):
    """Return the codes and affinities of the ``k`` strongest of each item, -1 where it has no more.

    See :func:`tigertail.signals.sequences.signal.fit_sequences` for the formula, and its ``SequenceLayout`` for the
    arrays; ``places`` gives the entries of each item, in their order. ``power`` is the formula's curator, ``lengths``
    are its C_AA^(1/2) and ``gains`` its C_BB^(-beta/2); ``window`` are the places beyond which nothing is near.
    """
    n = len(places.indptr) - 1
    codes = np.full((n, k), -1, np.int32)
    scores = np.full((n, k), -np.inf, np.float32)
    chunks = min(_CHUNKS, n)
    for chunk in prange(chunks):
        total, by_curator, now = np.zeros(n), np.zeros(n), np.zeros(n)
        common, touched = np.zeros(n, np.int32), np.empty(n, np.int32)
        of_curator, seen = np.empty(n, np.int32), np.empty(n, np.int32)
        for item in range(chunk, n, chunks):
            met = _gather(
                item,
                places,
                layout,
                reach,
                window,
                power,
                total,
                common,
                touched,
                by_curator,
                of_curator,
                now,
                seen,
            )
            size = 0
            for t in range(met):
                other = touched[t]
                shrunk = common[other] / (common[other] + shrinkage)
                score = total[other] / lengths[item] * gains[other] * shrunk
                size = offer(scores[item], codes[item], size, np.float32(score), other)
                total[other] = 0
                common[other] = 0
            sort_best_first(scores[item], codes[item], size)
    return codes, scores


@njit(cache=True)
def _gather(
    item, places, layout, reach, window, power, total, common, touched, by_curator, of_curator, now, seen
):
    """Gather C_AB and n_AB of one item in ``total`` and ``common``; return how many B there are.

    ``touched`` lists them. ``by_curator`` and ``of_curator`` hold the sums of the present curator, ``now``
    and ``seen`` those of the present sequence: the first of each pair the sums by item, zero before and after, the
    second the items that have one.
    """
    items, positions, flat, curators = layout.items, layout.positions, layout.flat, layout.curators
    met = among = present = 0
    last = places.indptr[item + 1]
    for place in range(places.indptr[item], last):
        e = places.indices[place]
        s = layout.sequence_of[e]
        begin, end = _within(positions, e, layout.offsets[s], layout.offsets[s + 1], window)
        for f in range(begin, end):
            other = items[f]
            if other != item:
                if now[other] == 0:
                    seen[present] = other
                    present += 1
                now[other] += _nearness(positions[e], positions[f], flat[s], reach)
        following = layout.sequence_of[places.indices[place + 1]] if place + 1 < last else -1
        if following != s:
            among = _end_sequence(now, seen, present, by_curator, of_curator, among)
            present = 0
            if following < 0 or curators[following] != curators[s]:
                met = _end_curator(by_curator, of_curator, among, total, common, touched, met, power)
                among = 0
    return met


@njit(cache=True)
def _within(positions, e, begin, end, window):
    """Return the entries of a sequence at most ``window`` places from one; all where there is no order."""
    if positions[e] < 0:
        return begin, end
    left, right = e, e + 1
    while left > begin and positions[e] - positions[left - 1] <= window:
        left -= 1
    while right < end and positions[right] - positions[e] <= window:
        right += 1
    return left, right


@njit(cache=True)
def _nearness(a, b, flat, reach):
    return flat if a < 0 else np.exp(-max(abs(a - b) - 1, 0) / reach)


@njit(cache=True)
def _end_sequence(now, seen, present, by_curator, of_curator, among):
    for t in range(present):
        other = seen[t]
        if by_curator[other] == 0:
            of_curator[among] = other
            among += 1
        by_curator[other] += min(now[other], 1.0)
        now[other] = 0
    return among


@njit(cache=True)
def _end_curator(by_curator, of_curator, among, total, common, touched, met, power):
    for t in range(among):
        other = of_curator[t]
        if total[other] == 0:
            touched[met] = other
            met += 1
        total[other] += by_curator[other] ** power
        common[other] += 1
        by_curator[other] = 0
    return met

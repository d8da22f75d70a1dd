"""The compiled half of the signal from curated sequences: who stands near whom, curator by curator."""

# Kernels are compiled from their bodies, so annotations would say nothing here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np

from tigertail.kernels import njit, prange
from tigertail.retrieval.topk import offer, sort_best_first

_CHUNKS: Final = 64


@njit(parallel=True, cache=True)
def nearest(
    entry_offsets, entries, items, positions, sequence_of, offsets, curators, flat, reach, window, power,
    lengths, gains, shrinkage, k,
):  # fmt: skip
    """Return the codes and affinities of the ``k`` strongest of each item, -1 where it has no more.

    See :func:`tigertail.signals.sequences.signal.fit_sequences` for the formula, and its ``_Layout`` for the arrays;
    ``entry_offsets`` and ``entries`` give the entries of each item.
    """
    n = len(entry_offsets) - 1
    codes = np.full((n, k), -1, np.int32)
    scores = np.full((n, k), -np.inf, np.float32)
    chunks = min(_CHUNKS, n)
    for chunk in prange(chunks):
        total, said, now = np.zeros(n), np.zeros(n), np.zeros(n)
        common, touched = np.zeros(n, np.int32), np.empty(n, np.int32)
        heard, seen = np.empty(n, np.int32), np.empty(n, np.int32)
        for item in range(chunk, n, chunks):
            met = _meet(
                item, entry_offsets, entries, items, positions, sequence_of, offsets, curators, flat,
                reach, window, power, total, common, touched, said, heard, now, seen,
            )  # fmt: skip
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
def _meet(
    item, entry_offsets, entries, items, positions, sequence_of, offsets, curators, flat, reach, window, power,
    total, common, touched, said, heard, now, seen,
):  # fmt: skip
    """Gather C_AB and n_AB of one item in ``total`` and ``common``; return how many B there are.

    ``touched`` lists them. ``said`` and ``heard`` hold what the present curator has said so far, ``now`` and
    ``seen`` what stands in the present sequence; all are zero before and after.
    """
    met = spoken = present = 0
    last = entry_offsets[item + 1]
    for place in range(entry_offsets[item], last):
        e = entries[place]
        s = sequence_of[e]
        begin, end = _within(positions, e, offsets[s], offsets[s + 1], window)
        for f in range(begin, end):
            other = items[f]
            if other != item:
                if now[other] == 0:
                    seen[present] = other
                    present += 1
                now[other] += _nearness(positions[e], positions[f], flat[s], reach)
        following = sequence_of[entries[place + 1]] if place + 1 < last else -1
        if following != s:
            spoken = _end_sequence(now, seen, present, said, heard, spoken)
            present = 0
            if following < 0 or curators[following] != curators[s]:
                met = _end_curator(said, heard, spoken, total, common, touched, met, power)
                spoken = 0
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
def _end_sequence(now, seen, present, said, heard, spoken):
    for t in range(present):
        other = seen[t]
        if said[other] == 0:
            heard[spoken] = other
            spoken += 1
        said[other] += min(now[other], 1.0)
        now[other] = 0
    return spoken


@njit(cache=True)
def _end_curator(said, heard, spoken, total, common, touched, met, power):
    for t in range(spoken):
        other = heard[t]
        if total[other] == 0:
            touched[met] = other
            met += 1
        total[other] += said[other] ** power
        common[other] += 1
        said[other] = 0
    return met

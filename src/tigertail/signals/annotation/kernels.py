"""Kernels of the annotation signal: sums over the labels that two items share."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np

from tigertail.instructions import prefetch
from tigertail.kernels import njit, prange
from tigertail.ranking.shortlist import shortlist
from tigertail.signals.dot_products import dot_in_any_order, read_vector_ahead

LOOKED_AT: Final = 12
"""Links kept of a pair: evidence names three, of which some may be left out as saying no more."""
_NOTHING: Final = np.float32(-np.inf)
_AHEAD: Final = 8  # items whose labels are asked for before they are needed
_CHUNK: Final = 64  # queries of a thread that share its scratch: a number for each item, or for each label


@njit(cache=True)
def link(offsets, columns, values, n_labels, query, items, divisor, denominators, predicted, predicted_scale):
    """Return the labels that link each item most to the query, how many, and whether two of them do so equally.

    Code ``n_labels`` stands for the people who annotate both, ``n_labels + 1`` for the same listening predicted.

    Parameters
    ----------
    offsets, columns, values
        The weights of the signal, items by labels and annotators; columns are ascending within a row.
    n_labels
        How many labels there are; further columns are annotators.
    query, items
        Codes.
    divisor, denominators
        A product of two weights is divided by the first, which depends on the query, and by the second at the item.
    predicted
        Direction that is predicted for each item; empty where nothing is.
    predicted_scale
        What their dot product is multiplied by, at the item.
    """
    codes = np.full((len(items), LOOKED_AT + 1), -1, np.int32)  # one more shows whether the last is tied
    sizes = np.zeros(len(items), np.int64)
    with_ties = np.zeros(len(items), np.bool_)
    best = np.empty(LOOKED_AT + 1, np.float64)
    for place in range(len(items)):
        item, linking = items[place], codes[place]
        filled = link_shared(
            offsets, columns, values, n_labels, query, item, divisor * denominators[item], best, linking
        )
        if len(predicted):
            alike = 0.0
            for j in range(predicted.shape[1]):
                alike += np.float64(predicted[query, j]) * predicted[item, j]
            if alike > 0 and predicted_scale[item] > 0:
                filled = _insert(best, linking, filled, alike * predicted_scale[item], n_labels + 1)
        for rank in range(1, filled):
            with_ties[place] |= best[rank] == best[rank - 1]
        sizes[place] = min(filled, LOOKED_AT)
    return codes, sizes, with_ties


@njit(cache=True)
def link_shared(offsets, columns, values, n_labels, query, item, divisor, best, linking):
    """Insert the labels that two items share, and the people, into a descending list; return how long it is."""
    filled = 0
    people = 0.0
    same_people = False
    own, end = offsets[query], offsets[query + 1]
    for entry in range(offsets[item], offsets[item + 1]):
        column = columns[entry]
        while own < end and columns[own] < column:
            own += 1
        if own == end:
            break
        if columns[own] == column:
            part = np.float64(values[own]) * values[entry] / divisor
            if column < n_labels:
                filled = _insert(best, linking, filled, part, column)
            else:
                people += part
                same_people = True
    if same_people:
        filled = _insert(best, linking, filled, people, n_labels)
    return filled


@njit(cache=True)
def _insert(best, codes, filled, part, code):
    """Insert a number into a descending list, which drops its last where it is full; return how long it is."""
    most = len(best)
    if filled == most and part <= best[most - 1]:
        return filled
    rank = min(filled, most - 1)
    while rank > 0 and best[rank - 1] < part:
        best[rank], codes[rank] = best[rank - 1], codes[rank - 1]
        rank -= 1
    best[rank], codes[rank] = part, code
    return min(filled + 1, most)


@njit(parallel=True, cache=True)
def sum_shared(offsets, columns, values, item_offsets, items, item_values, queries, scores):
    """Add to the scores of all items what the labels are worth that each shares with a query.

    Parameters
    ----------
    offsets, columns, values
        Rows of queries, items by labels and annotators, of length 1.
    item_offsets, items, item_values
        The inverted index: for each label or annotator the items that have it, and what that is worth of an answer.
    queries
        Codes.
    scores
        Float32, (queries, items).
    """
    # Each query's sums are taken in the order of its labels, by one thread: the same in any company.
    for place in prange(len(queries)):
        query = queries[place]
        row = scores[place]
        for entry in range(offsets[query], offsets[query + 1]):
            value = values[entry]
            column = columns[entry]
            for other in range(item_offsets[column], item_offsets[column + 1]):
                row[items[other]] += value * item_values[other]


@njit(parallel=True, cache=True)
def most_shared(asked, answers, queries, band, counts, max_entries, codes):
    """Write the items with the largest sums over shared labels, from the rarest label on.

    Labels are read until the next would pass ``max_entries``: the most frequent ones may be left out. No weight is 0.

    Parameters
    ----------
    asked, answers
        The rows of queries and the inverted index, as :func:`sum_shared` takes them.
    queries
        Codes.
    band, counts
        As :func:`~tigertail.ranking.shortlist.shortlist` takes them.
    max_entries
        Of the inverted index.
    codes
        For each query what is ``found`` there; int32, (queries, sum of counts).
    """
    items = len(band)
    for chunk in prange((len(queries) + _CHUNK - 1) // _CHUNK):
        sums = np.zeros(items, np.float32)
        touched = np.empty(items + 1, np.int32)  # one is written before it is known to be new
        for place in range(_CHUNK * chunk, min(_CHUNK * (chunk + 1), len(queries))):
            begin, end = asked.indptr[queries[place]], asked.indptr[queries[place] + 1]
            labels = asked.indices[begin:end]
            order = np.argsort(answers.indptr[labels + 1] - answers.indptr[labels], kind="mergesort")
            count = 0
            read = 0
            for entry in order:
                first, last = answers.indptr[labels[entry]], answers.indptr[labels[entry] + 1]
                read += last - first
                if read > max_entries:
                    break
                value = asked.data[begin + entry]
                for other in range(first, last):
                    item = answers.indices[other]
                    touched[count] = item
                    count += sums[item] == 0
                    sums[item] += value * answers.data[other]
            scores = np.empty(count, np.float32)
            for one in range(count):
                scores[one] = sums[touched[one]]
                sums[touched[one]] = 0
            shortlist(scores, touched[:count], queries[place], band, counts, codes[place])


@njit(parallel=True, cache=True)
def sum_shared_of_pairs(
    asked, rows, width, queries, starts, items, predicted, predicted_scale, known, scores
):
    """Write the affinities of some items for each query: what they share, and what labels predict of both.

    Parameters
    ----------
    asked
        The rows of queries, as :func:`sum_shared` takes them.
    rows
        What each label or annotator of an item is worth of an answer: the inverted index the other way round.
    width
        How many labels and annotators there are.
    queries, starts, items
        As :meth:`~tigertail.signals.contract.Retrieves.affinity_of_pairs` takes them.
    predicted, predicted_scale
        As :func:`link` takes them.
    known
        Items with an annotation. A pair of which one item has none gets -inf.
    scores
        Float32, (len(items),).
    """
    flat = predicted.reshape(-1)
    for chunk in prange((len(queries) + _CHUNK - 1) // _CHUNK):
        weights = np.zeros(width, np.float32)
        for place in range(_CHUNK * chunk, min(_CHUNK * (chunk + 1), len(queries))):
            begin, end = asked.indptr[queries[place]], asked.indptr[queries[place] + 1]
            for entry in range(begin, end):
                weights[asked.indices[entry]] = asked.data[entry]
            for one in range(starts[place], starts[place + 1]):
                _read_ahead(items[one : starts[place + 1]], rows, flat, predicted.shape[1])
                if not (known[items[one]] and known[queries[place]]):
                    scores[one] = _NOTHING
                    continue
                total = np.float32(0)
                for other in range(rows.indptr[items[one]], rows.indptr[items[one] + 1]):
                    total += weights[rows.indices[other]] * rows.data[other]
                if len(predicted):
                    alike = dot_in_any_order(predicted[queries[place]], predicted[items[one]])
                    total += max(alike, np.float32(0)) * predicted_scale[items[one]]
                scores[one] = total
            for entry in range(begin, end):
                weights[asked.indices[entry]] = 0


@njit(cache=True)
def _read_ahead(items, rows, flat, width):
    """Ask for what some items have before they are looked at: first for where it lies, then for itself."""
    if len(items) > 2 * _AHEAD:
        prefetch(rows.indptr, np.uint64(items[2 * _AHEAD]))
    if len(items) > _AHEAD:
        item = items[_AHEAD]
        prefetch(rows.indices, np.uint64(rows.indptr[item]))
        prefetch(rows.data, np.uint64(rows.indptr[item]))
        read_vector_ahead(flat, item, width)

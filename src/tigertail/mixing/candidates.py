"""What a mixture is learned over: of all items the best answers of signals, and which of them were right."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.conditional_logit import Choices
from tigertail.mixing.training_set import TrainingQueries
from tigertail.retrieval.popularity_dial import dialled
from tigertail.retrieval.topk import top_k

DIAL: Final = (0.5, 0.0, -0.5)


def best_answers(
    affinities: NDArray[np.float32],
    queries: NDArray[np.int32],
    listeners: NDArray[np.int64],
    most: int,
) -> list[NDArray[np.int32]]:
    """Return the best answers of a signal to each query, so many at each of three settings of the dial.

    Parameters
    ----------
    affinities
        Of one signal; float32, (queries, items).
    queries
        Item codes; int32, (queries,).
    listeners
        Of each item; int64, (items,).
    most
        Answers at one setting.

    Returns
    -------
    list[NDArray[np.int32]]
        Items of each query, rising, none twice.
    """
    found = [top_k(scores, most, queries)[0] for scores in dialled(affinities, listeners, DIAL)]
    lists = [np.unique(row) for row in np.concatenate(found, axis=1)]
    return [items[items >= 0] for items in lists]


def choices_of(
    candidates: list[NDArray[np.int32]],
    values: list[NDArray[np.float32]],
    training: TrainingQueries,
    weights: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> Choices:
    """Lay the candidates of some queries side by side, and look up which of them were right.

    Parameters
    ----------
    candidates
        Items of each query, rising; int32.
    values
        What is known of them; float32, (candidates, terms) for each query.
    training
        Training queries.
    weights
        What every hit weighs, in the order of the entries of the training queries' hits; float64.
    rows
        Which of the training queries they are; int64, (queries,).
    """
    hits = []
    for row, items in zip(rows.tolist(), candidates, strict=True):
        begin, end = training.hits.indptr[row], training.hits.indptr[row + 1]
        right = training.hits.indices[begin:end]
        place = np.searchsorted(right, items)
        found = place < len(right)
        found[found] = right[place[found]] == items[found]
        counted = np.zeros(len(items))
        counted[found] = weights[begin:end][place[found]]
        hits.append(counted)
    sizes = np.array([len(items) for items in candidates], np.int64)
    return Choices(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate(values),
        np.concatenate(hits),
    )

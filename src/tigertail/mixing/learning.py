"""Learning a mixture: first how to read each signal, then how much to trust it for which query.

Each signal is calibrated by itself, over the best answers it gives at three settings of the popularity dial and
some others, so that it is read alike whatever it is mixed with. The weights are then learned over the best answers
of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.calibration import Fame, calibrate, scales, shapes
from tigertail.mixing.config import MixtureConfig
from tigertail.mixing.learned import FEATURES, SHAPES, Learned
from tigertail.mixing.lessons import Lessons
from tigertail.mixing.likelihood import Choices, fit_gate, fit_heights
from tigertail.progress import progress
from tigertail.retrieval.topk import top_k
from tigertail.signals.contract import Signal
from tigertail.threads import limited

PRIOR: Final = np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 0.0], [0.5, 0.0], [0.5, 0.0]])
"""A calibration before anything is learned: an affinity counts much, popularity as its root."""
DIAL: Final = (-0.5, 0.0, 0.5)
BLOCK: Final = 512  # queries asked at a time


def learn(
    signals: Mapping[str, Signal],
    lessons: Lessons,
    config: MixtureConfig,
    *,
    seed: int = 0,
    threads: int | None = None,
) -> Learned:
    """Learn to mix signals.

    Parameters
    ----------
    signals
        What is mixed, fitted without the listeners whose choices are the lessons.
    lessons
        Questions and right answers.
    config
        Settings.
    seed
        Seed of the background.
    threads
        Threads to use; None means all. What is learned is the same for any number.
    """
    fame = Fame.of(lessons.listeners)
    heard = lessons.listeners[lessons.queries]
    most = int(heard.max(initial=0))
    blank = np.zeros((len(signals), SHAPES, 2))
    learned = Learned(tuple(signals), blank, np.zeros((len(signals), FEATURES)), most)
    weights = balanced(lessons, config)
    best: list[list[NDArray[np.int32]]] = []
    with progress("mixture", 2 * len(signals)) as tick, limited(threads):
        for place, (name, signal) in enumerate(signals.items()):
            choices, lists = _candidates(signal, lessons, weights, fame, config, seed)
            calibration = fit_heights(choices, learned.features(heard)[:, :2], PRIOR, config.penalty)
            learned.calibrations[place] = calibration
            best.append(lists)
            tick(note=name)
        union = [_union(lists) for lists in zip(*best, strict=True)]
        knows = np.column_stack([signal.known[lessons.queries] for signal in signals.values()])
        probable = [np.zeros((len(items), len(signals)), np.float32) for items in union]
        for place, (name, signal) in enumerate(signals.items()):
            for block in _blocks(lessons, knows[:, place]):
                affinities = np.array(signal.affinity(lessons.queries[block]), np.float32)
                calibrate(affinities, lessons.queries[block], learned.terms(name, heard[block]), fame)
                for row, query in enumerate(block.tolist()):
                    probable[query][:, place] = affinities[row, union[query]]
            tick(note=name)
        answered = np.flatnonzero(knows.any(axis=1))
        gate = fit_gate(
            choices_of(
                [union[q] for q in answered], [probable[q] for q in answered], lessons, weights, answered
            ),
            knows[answered],
            learned.features(heard)[answered]
            if config.weights == "by query"
            else np.ones((len(answered), 1)),
            np.zeros((len(signals), FEATURES if config.weights == "by query" else 1)),
            config.penalty,
        )
    learned.weights[:, : gate.shape[1]] = gate
    return learned


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
    gains = [(np.maximum(listeners, 1) ** gamma).astype(np.float32) for gamma in DIAL]
    found = [
        top_k(np.where(affinities > 0, affinities * gain, affinities), most, queries)[0] for gain in gains
    ]
    lists = [np.unique(row) for row in np.concatenate(found, axis=1)]
    return [items[items >= 0] for items in lists]


def balanced(lessons: Lessons, config: MixtureConfig) -> NDArray[np.float64]:
    """Return what every hit weighs, so that strata of queries count as much alike as the settings say.

    Returns
    -------
    NDArray[np.float64]
        Sums to the number of hits; in the order of the lessons' entries.
    """
    hits = lessons.hits
    stratum = lessons.strata[lessons.queries][hits.row_of_entries()]
    amount = np.bincount(stratum, hits.values, 4)
    by_stratum = np.where(amount > 0, (amount.sum() / np.maximum(amount, 1)) ** config.balance, 0)
    popular = np.maximum(lessons.listeners[hits.indices], 1.0) ** -config.correction
    weights = hits.values * by_stratum[stratum] * popular
    return np.asarray(weights * (hits.values.sum() / max(weights.sum(), 1e-12)))


def choices_of(
    candidates: list[NDArray[np.int32]],
    values: list[NDArray[np.float32]],
    lessons: Lessons,
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
    lessons
        Questions and right answers.
    weights
        What every hit weighs, in the order of the lessons' entries; float64.
    rows
        Which of the lessons' queries they are; int64, (queries,).
    """
    hits = []
    for row, items in zip(rows.tolist(), candidates, strict=True):
        begin, end = lessons.hits.offsets[row], lessons.hits.offsets[row + 1]
        right = lessons.hits.indices[begin:end]
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


def _candidates(
    signal: Signal,
    lessons: Lessons,
    weights: NDArray[np.float64],
    fame: Fame,
    config: MixtureConfig,
    seed: int,
) -> tuple[Choices, list[NDArray[np.int32]]]:
    """Return what a signal is calibrated on, and its best answers to each query."""
    rng = np.random.default_rng(seed)
    items = len(lessons.listeners)
    popular = np.argsort(-lessons.listeners, kind="stable")[: config.background].astype(np.int32)
    known = signal.known[lessons.queries]
    lists = [np.empty(0, np.int32) for _ in lessons.queries]
    candidates = [np.empty(0, np.int32) for _ in lessons.queries]
    values = [np.empty((0, SHAPES), np.float32) for _ in lessons.queries]
    for block in _blocks(lessons, known):
        queries = lessons.queries[block]
        affinities = np.array(signal.affinity(queries), np.float32)
        scale = scales(affinities, queries)
        found = best_answers(affinities, queries, lessons.listeners, config.candidates)
        for row, query in enumerate(block.tolist()):
            lists[query] = found[row]
            others = rng.integers(0, items, config.background, np.int32)
            chosen = np.unique(np.concatenate([lists[query], popular, others]))
            chosen = chosen[chosen != queries[row]]
            candidates[query] = chosen
            values[query] = shapes(
                affinities[row, chosen], np.full(len(chosen), scale[row], np.float32), chosen, fame
            )
    return choices_of(candidates, values, lessons, weights, np.arange(len(candidates))), lists


def _blocks(lessons: Lessons, known: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """Yield the places of queries that a signal knows, a block at a time."""
    places = np.flatnonzero(known)
    for start in range(0, len(places), BLOCK):
        yield places[start : start + BLOCK]


def _union(lists: tuple[NDArray[np.int32], ...]) -> NDArray[np.int32]:
    return np.unique(np.concatenate(lists))

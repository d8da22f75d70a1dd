"""The contract test of signals: what :class:`tigertail.signals.contract.Signal` requires of an implementation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tigertail.ranking.shortlist import SHARES
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import HasConfidence, RanksAll, Retrieves, Signal


def check_signal(signal: Signal) -> None:
    """Check that a signal keeps every promise of its contract.

    Parameters
    ----------
    signal
        A signal that knows two items or more, and one or more not.

    Raises
    ------
    AssertionError
        Names the promise that is broken.

    Examples
    --------
    >>> from tigertail.signals.factors import FactorAffinity
    >>> check_signal(FactorAffinity(np.array([[1, 0], [1, 1], [0, 0]], np.float32)))
    """
    for check in SIGNAL_CHECKS:
        check(signal)
    check_unknown_queries(signal)


def check_type(signal: Signal) -> None:
    """Check that the signal has the members of the protocol."""
    _require(isinstance(signal, Signal), "a signal has the members known and affinity")


def check_known(signal: Signal) -> None:
    """Check that ``known`` is one boolean an item, and that there are items of both kinds to check."""
    known = signal.known
    _require(_is_array(known, np.bool_) and known.ndim == 1, "known is a vector of booleans")
    _require(int(known.sum()) > 1, "the signal under test knows two items or more")
    _require(not known.all(), "the signal under test has an unknown item")


def check_shape(signal: Signal) -> None:
    """Check that affinities are float32, a row per query and a column per item."""
    items = len(signal.known)
    scores = signal.affinity(np.zeros(2, np.int32))
    _require(_is_array(scores, np.float32), "affinity is float32")
    _require(scores.shape == (2, items), "affinity has a row for each query and a column for each item")
    _require(signal.affinity(np.empty(0, np.int32)).shape == (0, items), "no query gives no row")


def check_values(signal: Signal) -> None:
    """Check that every affinity is finite or ``-inf``."""
    scores = _to_others(signal)
    _require(bool((np.isfinite(scores) | (scores == -np.inf)).all()), "an affinity is finite or -inf")


def check_unknown_answers(signal: Signal) -> None:
    """Check that an unknown item is never an answer."""
    scores = _to_others(signal)[:, ~signal.known]
    _require(bool((scores == -np.inf).all()), "the affinity to an unknown item is -inf")


def check_unknown_queries(signal: Signal) -> None:
    """Check that an unknown query has no answers; a popularity baseline, equal for all queries, may have some."""
    scores = _to_others(signal)[~signal.known]
    _require(bool((scores == -np.inf).all()), "the affinity from an unknown item is -inf")


def check_known_queries(signal: Signal) -> None:
    """Check that a known query has at least one answer."""
    affinity = _to_others(signal)[signal.known]
    _require(bool((affinity.max(axis=1) > -np.inf).all()), "a known query has an answer")


def check_batches(signal: Signal) -> None:
    """Check that a query has the same affinities, to the bit, alone and with others."""
    every = _every(signal)
    together = signal.affinity(every)
    for query in every:
        alone = signal.affinity(np.array([query], np.int32))[0]
        _require(
            alone.tobytes() == together[query].tobytes(),
            f"query {query} has the same bits alone and in a batch",
        )
    repeated = every[[-1, 0, -1]]
    _require(
        signal.affinity(repeated).tobytes() == together[repeated].tobytes(),
        "queries may repeat, in any order",
    )


def check_queries_unchanged(signal: Signal) -> None:
    """Check that ``affinity`` does not write to its queries."""
    queries = _every(signal)[::-1].copy()
    before = queries.tolist()
    signal.affinity(queries)
    _require(queries.tolist() == before, "affinity does not change its queries")


def check_ranks(signal: Signal) -> None:
    """Check that a signal that ranks all items does so by its affinities, to the bit."""
    if not isinstance(signal, RanksAll):
        return
    every = _every(signal)
    for allowed in (None, every % 3 > 0):
        scores = signal.affinity(every).copy()
        if allowed is not None:
            scores[:, ~allowed] = -np.inf
        expected, best = top_k(scores, len(every), every)
        codes, affinities = signal.best_of_all(every, len(every), allowed)
        _require(_is_array(codes, np.int32), "the best items are int32")
        _require(codes.tolist() == expected.tolist(), "all items are ranked by affinity, ties by code")
        _require(affinities.tobytes() == best.tobytes(), "the best affinities have the same bits")


def check_affinities_of_pairs(signal: Signal) -> None:
    """Check that a signal that retrieves has the same affinities at some items as to all."""
    if not isinstance(signal, Retrieves):
        return
    every = _every(signal)
    items = every[::3]
    starts = np.arange(len(every) + 1, dtype=np.int64) * len(items)
    at = signal.affinity_of_pairs(every, starts, np.tile(items, len(every)))
    _require(_is_array(at, np.float32) and at.shape == (starts[-1],), "a float32 for each item of a query")
    at = np.where(every[:, None] == items, -np.inf, at.reshape(len(every), -1))
    expected = _to_others(signal)[:, items]
    has_data = np.isfinite(expected)
    _require(
        bool(np.where(has_data, np.isfinite(at), at == -np.inf).all()),
        "it has data at an item where it has any, else -inf",
    )
    # Up to rounding.
    close = np.isclose(at, expected, rtol=1e-4, atol=1e-6) | ~has_data
    _require(bool(close.all()), "the affinity at an item is that among all items")


def check_nearest(signal: Signal) -> None:
    """Check that a signal that retrieves has nearly all of its three best under each popularity exponent among ten.

    Ten are asked for, and nearly all means 95 %. Where it says that it finds all, it has all that it has data
    about, those of 0 or less too.
    """
    if not isinstance(signal, Retrieves):
        return
    every = _every(signal)
    band = (every % 3).astype(np.uint8)
    shares = SHARES.take(band, axis=1)
    found = signal.nearest(every, 10, band)
    _require(_is_array(found, np.int32), "what it finds is int32")
    _require(found.ndim == 2 and len(found) == len(every), "what it finds has a row for each query")
    _require(bool(((found >= -1) & (found < len(every))).all()), "what it finds are items, or -1")
    affinity = _to_others(signal)
    wanted = present = 0
    for query in np.flatnonzero(signal.known).tolist():
        if signal.finds_all:
            best = np.flatnonzero(affinity[query] > -np.inf)
        else:
            inside = np.flatnonzero(affinity[query] > 0)
            scores = affinity[query, inside] * shares[:, inside]
            best = np.unique(inside[np.argsort(-scores, axis=1, kind="stable")[:, :3]])
        wanted += len(best)
        present += int(np.isin(best, found[query]).sum())
    _require(wanted > 0, "it has data" if signal.finds_all else "it has affinities above 0")
    _require(
        present >= (1.0 if signal.finds_all else 0.95) * wanted,
        "it finds its best answers under each popularity exponent",
    )


def check_confidence(signal: Signal) -> None:
    """Check that a signal that knows how far it counts in a mixture counts a share of each query's affinities."""
    if not isinstance(signal, HasConfidence):
        return
    confidence = signal.confidence
    _require(
        _is_array(confidence, np.float32) and confidence.shape == signal.known.shape,
        "a float32 of confidence for each item",
    )
    _require(bool(((confidence > 0) & (confidence <= 1)).all()), "confidence is above 0 and at most 1")


SIGNAL_CHECKS: Final[tuple[Callable[[Signal], None], ...]] = (
    check_type,
    check_known,
    check_shape,
    check_values,
    check_unknown_answers,
    check_known_queries,
    check_batches,
    check_queries_unchanged,
    check_ranks,
    check_affinities_of_pairs,
    check_nearest,
    check_confidence,
)
"""The checks that hold for every signal, one per promise: a popularity baseline passes these, though it has answers to
an unknown query (:func:`check_unknown_queries`)."""


def _every(signal: Signal) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.arange(len(signal.known), dtype=np.int32)


def _to_others(signal: Signal) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return the affinity from each item to each other; that of an item to itself, which may be anything, is -inf."""
    affinity = signal.affinity(_every(signal)).copy()
    np.fill_diagonal(affinity, -np.inf)
    return affinity


def _is_array(values: object, dtype: type[np.generic]) -> bool:
    return isinstance(values, np.ndarray) and values.dtype == dtype


def _require(condition: bool, promise: str) -> None:
    if not condition:
        raise AssertionError(f"the contract of a signal is broken: {promise}")

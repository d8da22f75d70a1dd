"""The contract test of signals finds every broken promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.ranking.topk import top_k
from tigertail.signals.factors import FactorAffinity
from tigertail.testing import check_signal

GOOD = FactorAffinity(np.array([[1, 0], [1, 1], [1, 2], [0, 0]], np.float32))
Break: TypeAlias = Callable[[NDArray[np.int32], NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Broken:
    """The good signal, with its affinities or known items changed."""

    change: Break = lambda queries, scores: scores
    known: Any = field(default_factory=lambda: GOOD.known)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        return self.change(queries, GOOD.affinity(queries))


@dataclass(frozen=True, eq=False)
class Ranking(Broken):
    """The good signal, which ranks all items and retrieves; what it returns may be changed."""

    ranks: Callable[[NDArray[np.int32]], NDArray[np.int32]] = lambda codes: codes
    at: Callable[[NDArray[np.float32]], NDArray[np.float32]] = lambda affinities: affinities
    found: Callable[[NDArray[np.int32]], NDArray[np.int32]] = lambda items: items
    finds_all: bool = True

    def best_of_all(
        self, queries: NDArray[np.int32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        scores = GOOD.affinity(queries).copy()
        if allowed is not None:
            scores[:, ~allowed] = -np.inf
        codes, affinities = top_k(scores, n, queries)
        return self.ranks(codes), affinities

    def nearest(self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8]) -> NDArray[np.int32]:
        return self.found(np.tile(np.arange(3, dtype=np.int32), (len(queries), 1)))

    def affinity_of_pairs(
        self, queries: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        return self.at(GOOD.affinity(np.repeat(queries, np.diff(starts)))[np.arange(len(items)), items])


def of_itself(value: float) -> Break:
    def change(queries: NDArray[np.int32], scores: NDArray[np.float32]) -> NDArray[np.float32]:
        scores = scores.copy()
        scores[np.arange(len(queries)), queries] = value
        return scores

    return change


def read_only(queries: NDArray[np.int32], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    scores.flags.writeable = False
    return scores


def write_queries(queries: NDArray[np.int32], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    queries[:] = 0
    return scores


def test_a_good_signal_passes() -> None:
    check_signal(GOOD)
    check_signal(Broken())
    check_signal(Ranking())


def test_what_it_returns_may_be_read_only() -> None:
    check_signal(Ranking(read_only))


@pytest.mark.parametrize("value", [np.nan, 7.0])
def test_the_affinity_of_an_item_to_itself_may_be_anything(value: float) -> None:
    check_signal(Ranking(of_itself(value)))


@pytest.mark.parametrize(
    ("signal", "promise"),
    [
        (object(), "members known and affinity"),
        (Broken(known=GOOD.known.astype(np.int8)), "vector of booleans"),
        (Broken(known=[True, True, True, False]), "vector of booleans"),
        (Broken(known=np.ones(4, np.bool_)), "has an unknown item"),
        (Broken(known=np.arange(4) == 1), "knows two items"),
        (Broken(known=np.arange(5) < 3), "a column for each item"),
        (Broken(lambda queries, scores: scores.tolist()), "float32"),
        (Broken(lambda queries, scores: scores[:, :2]), "a column for each item"),
        (Broken(lambda queries, scores: scores.astype(np.float64)), "float32"),
        (Broken(lambda queries, scores: np.where(scores == -np.inf, np.nan, scores)), "finite or -inf"),
        (Broken(lambda queries, scores: np.maximum(scores, -1)), "to an unknown item"),
        (Broken(lambda queries, scores: np.full_like(scores, -np.inf)), "a known query has an answer"),
        (Broken(lambda queries, scores: scores + np.float32(len(queries))), "alone and in a batch"),
        (Broken(write_queries), "does not change its queries"),
        (Ranking(ranks=lambda codes: codes[:, ::-1]), "ranked by affinity"),
        (Ranking(ranks=lambda codes: codes.astype(np.int64)), "the best items are int32"),
        (Ranking(at=lambda affinities: affinities * 2), "that among all items"),
        (Ranking(at=lambda affinities: affinities.astype(np.float64)), "a float32 for each item"),
        (Ranking(at=lambda affinities: affinities[1:]), "a float32 for each item"),
        (Ranking(at=lambda affinities: np.nan_to_num(affinities, neginf=np.nan)), "data at an item"),
        (Ranking(at=lambda affinities: np.nan_to_num(affinities, neginf=np.inf)), "data at an item"),
        (Ranking(found=lambda items: items[:, :1]), "finds its best answers"),
        (Ranking(found=lambda items: items.tolist()), "what it finds is int32"),
        (Ranking(found=lambda items: items.astype(np.int64)), "what it finds is int32"),
        (Ranking(found=lambda items: items[0]), "a row for each query"),
        (Ranking(found=lambda items: np.where(items == 0, 4, items)), "are items, or -1"),
    ],
)
def test_a_broken_promise_is_named(signal: Broken, promise: str) -> None:
    with pytest.raises(AssertionError, match=promise):
        check_signal(signal)


def test_an_unknown_query_with_answers_is_named() -> None:
    def answer(queries: NDArray[np.int32], scores: NDArray[np.float32]) -> NDArray[np.float32]:
        scores[queries == 3, :3] = 1
        return scores

    with pytest.raises(AssertionError, match="from an unknown item"):
        check_signal(Broken(answer))

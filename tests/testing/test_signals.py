"""The contract test of signals finds every broken promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.signals.factors import FactorAffinity
from tigertail.testing import check_signal

GOOD = FactorAffinity(np.array([[1, 0], [1, 1], [1, 2], [0, 0]], np.float32))
Break: TypeAlias = Callable[[NDArray[np.int32], NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Broken:
    """The good signal, with its affinities or known items changed."""

    change: Break = lambda queries, scores: scores
    known: NDArray[np.bool_] = field(default_factory=lambda: GOOD.known)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        return self.change(queries, GOOD.affinity(queries))


def write_queries(queries: NDArray[np.int32], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    queries[:] = 0
    return scores


def test_a_good_signal_passes() -> None:
    check_signal(GOOD)
    check_signal(Broken())


@pytest.mark.parametrize(
    ("signal", "promise"),
    [
        (object(), "members known and affinity"),
        (Broken(known=GOOD.known.astype(np.int8)), "vector of booleans"),
        (Broken(known=np.ones(4, np.bool_)), "has an unknown item"),
        (Broken(lambda queries, scores: scores[:, :2]), "a column for each item"),
        (Broken(lambda queries, scores: scores.astype(np.float64)), "float32"),
        (Broken(lambda queries, scores: np.where(scores == -np.inf, np.nan, scores)), "finite or -inf"),
        (Broken(lambda queries, scores: np.maximum(scores, -1)), "to an unknown item"),
        (Broken(lambda queries, scores: np.full_like(scores, -np.inf)), "a known query has an answer"),
        (Broken(lambda queries, scores: scores + np.float32(len(queries))), "alone and in a batch"),
        (Broken(write_queries), "does not change its queries"),
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

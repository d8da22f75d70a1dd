"""Metrics agree with ranx and ir-measures where they define the same, and with plain loops elsewhere."""

from __future__ import annotations

import warnings

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R, nDCG
from numpy.typing import NDArray

from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.ranking.topk import top_k
from tigertail.sparse import CSR

K = 20
ITEMS = 60


@pytest.fixture(params=["random", "tied"])
def scores(request: pytest.FixtureRequest) -> NDArray[np.float32]:
    """Scores of forty queries; tied ones take three values only."""
    rng = np.random.default_rng(7)
    drawn = rng.random((40, ITEMS)) if request.param == "random" else rng.integers(0, 3, (40, ITEMS))
    return np.asarray(drawn, np.float32)


@pytest.fixture
def likes() -> CSR:
    """Forty listeners with 2 to 15 items each."""
    rng = np.random.default_rng(8)
    rows, columns = [], []
    for listener in range(40):
        mine = rng.choice(ITEMS, rng.integers(2, 16), replace=False)
        rows += [listener] * len(mine)
        columns += mine.tolist()
    return CSR.from_coo(rows, columns, np.ones(len(rows)), (40, ITEMS))


def our_metrics(scores: NDArray[np.float32], likes: CSR, k: int = K) -> dict[str, NDArray[np.float64]]:
    """Judge one query a listener: the first of their items."""
    listeners = np.arange(likes.shape[0], dtype=np.int32)
    queries = likes.indices[likes.indptr[:-1]]
    lists, _ = top_k(scores, k, queries)
    values = score_lists(lists, likes, listeners, queries, np.arange(1, ITEMS + 1))
    return dict(zip(METRICS, values.T, strict=True))


def as_dicts(
    scores: NDArray[np.float32], likes: CSR
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    """Say the same in the words of TREC, which lists the last name first where scores are equal."""
    names = [f"d{ITEMS - code:03}" for code in range(ITEMS)]
    relevant, run = {}, {}
    for listener in range(likes.shape[0]):
        query, *others = likes.row(listener)[0]
        relevant[f"q{listener:02}"] = {names[item]: 1 for item in others}
        run[f"q{listener:02}"] = {
            names[item]: float(scores[listener, item]) for item in range(ITEMS) if item != query
        }
    return relevant, run


@pytest.mark.parametrize(("name", "measure"), [("nDCG", nDCG @ K), ("Recall", R @ K), ("RR", RR)])
def test_agrees_with_ir_measures(
    scores: NDArray[np.float32], likes: CSR, name: str, measure: ir_measures.Measure
) -> None:
    relevant, run = as_dicts(scores, likes)
    theirs = {found.query_id: found.value for found in ir_measures.iter_calc([measure], relevant, run)}
    expected = np.array([theirs[f"q{listener:02}"] for listener in range(40)])
    if name == "RR":  # its cut-off version does not settle ties as TREC does, the full one does
        expected[expected < 1 / K] = 0
    assert np.allclose(our_metrics(scores, likes)[name], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "measure"), [("nDCG", f"ndcg@{K}"), ("Recall", f"recall@{K}"), ("RR", f"mrr@{K}")]
)
def test_agrees_with_ranx(scores: NDArray[np.float32], likes: CSR, name: str, measure: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ranx import Qrels, Run, evaluate

    relevant, run = as_dicts(scores, likes)
    # ranx leaves the order of equal scores open: hand it the settled order as falling scores.
    settled = {
        query: {
            doc: float(-place) for place, doc in enumerate(sorted(docs, key=lambda d: (docs[d], d))[::-1])
        }
        for query, docs in run.items()
    }
    theirs = evaluate(Qrels(relevant), Run(settled), measure, return_mean=False)
    assert np.allclose(our_metrics(scores, likes)[name], theirs, rtol=0, atol=1e-9)


def test_ips_ndcg_is_its_formula(scores: NDArray[np.float32], likes: CSR) -> None:
    popularity = np.arange(1, ITEMS + 1)
    ours = our_metrics(scores, likes)["IPS-nDCG"]
    for listener in range(likes.shape[0]):
        query, *others = likes.row(listener)[0]
        order = sorted(
            (item for item in range(ITEMS) if item != query), key=lambda i: (-scores[listener, i], i)
        )
        mean_gain = np.mean([1 / popularity[item] for item in others])
        dcg = sum(
            1 / popularity[item] / mean_gain / np.log2(rank + 2)
            for rank, item in enumerate(order[:K])
            if item in others
        )
        ideal = sum(1 / np.log2(rank + 2) for rank in range(min(K, len(others))))
        assert ours[listener] == pytest.approx(dcg / ideal, abs=1e-9)


def test_recall_of_more_relevant_items_than_places_can_still_be_one() -> None:
    likes = CSR.from_coo([0] * 5, range(5), np.ones(5), (1, 6))
    zero = np.zeros(1, np.int32)
    values = score_lists(np.array([[1, 2]], np.int32), likes, zero, zero, np.ones(6, np.int64))
    assert values[0, METRICS.index("Recall")] == 1


def test_a_query_without_an_answer_counts_for_nothing() -> None:
    likes = CSR.from_coo([0], [0], [1], (1, 3))
    zero = np.zeros(1, np.int32)
    assert np.isnan(score_lists(np.array([[1, 2]], np.int32), likes, zero, zero, np.ones(3, np.int64))).all()


def test_only_targets_count() -> None:
    likes = CSR.from_coo([0, 0, 0], [0, 1, 2], [1, 1, 1], (1, 3))
    zero = np.zeros(1, np.int32)
    only_two = np.array([False, False, True])
    values = score_lists(np.array([[1, 2]], np.int32), likes, zero, zero, np.ones(3, np.int64), only_two)
    assert values[0, METRICS.index("nDCG")] == pytest.approx(1 / np.log2(3))
    assert values[0, METRICS.index("RR")] == 0.5

"""A ground truth in halves, and in the codes of items, query by query or as one matrix."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.ground_truth.ground_truth import GroundTruth, grade_matrix, graded_queries, halves


def pairs(truth: GroundTruth) -> set[tuple[str, str, float]]:
    return set(truth.pairs.iter_rows())


def test_halves_share_no_query_and_hold_every_pair() -> None:
    queries = [f"artist {number}" for number in range(200)]
    lists = pl.DataFrame(
        [(query, similar, 1.0) for query in queries for similar in ("x", "y")],
        ["target_item_id", "item_id", "score"],
        orient="row",
    )
    whole = GroundTruth("lists", lists, False, 403, {"similar: not in the dataset": 3})
    inner, reported = halves(whole)
    assert pairs(inner) | pairs(reported) == pairs(whole)
    assert not set(inner.pairs["target_item_id"]) & set(reported.pairs["target_item_id"])
    assert 70 < inner.queries < 130
    for half in (inner, reported):
        assert sum(half.left_out.values()) + len(half.pairs) == half.read == 403
    fewer, _ = halves(GroundTruth("lists", lists[::-1].head(150), False, 150))
    assert set(fewer.pairs["target_item_id"]) < set(inner.pairs["target_item_id"])


def test_a_half_of_a_half_leaves_out_what_both_do() -> None:
    lists = pl.DataFrame({"target_item_id": [str(one) for one in range(50)], "item_id": "x", "score": 1.0})
    _, reported = halves(GroundTruth("lists", lists, False, 50))
    for half in halves(reported, bit=1):
        assert half.queries > 5
        assert sum(half.left_out.values()) + len(half.pairs) == 50


def test_halves_of_nothing_are_empty() -> None:
    nothing = pl.DataFrame(schema={"target_item_id": pl.String, "item_id": pl.String, "score": pl.Float64})
    for half in halves(GroundTruth("lists", nothing, False, 0)):
        assert half.pairs.is_empty()


@pytest.fixture
def by_two_curators() -> GroundTruth:
    """Both play n1 with n2, and one of them, in three shows, with n3 too."""
    rows = [("bob", "n1", "n2", 1.0), ("ann", "n1", "n2", 2.0), ("ann", "n1", "n3", 3.0)]
    columns = ["curator", "target_item_id", "item_id", "score"]
    return GroundTruth("shows", pl.DataFrame(rows, columns, orient="row"), True, 3)


def test_each_curator_asks_their_own_queries(scenes: Dataset, by_two_curators: GroundTruth) -> None:
    interactions = Interactions.of(scenes)
    asked = graded_queries(by_two_curators, interactions)
    assert by_two_curators.queries == 2
    assert asked.curators is not None
    assert asked.curators.to_list() == ["ann", "bob"]
    n1, n2, n3 = interactions.items.codes(pl.Series(["n1", "n2", "n3"]))
    assert asked.items.tolist() == [n1, n1]
    of_each = [
        dict(zip(*(part.tolist() for part in asked.grades.row(query)), strict=True)) for query in (0, 1)
    ]
    assert of_each == [{n2: 2, n3: 3}, {n2: 1}]


def test_grades_of_curators_are_added_in_one_matrix(scenes: Dataset, by_two_curators: GroundTruth) -> None:
    interactions = Interactions.of(scenes)
    n1, n2, n3 = interactions.items.codes(pl.Series(["n1", "n2", "n3"]))
    items, grades = grade_matrix(by_two_curators, interactions).row(int(n1))
    assert dict(zip(items.tolist(), grades.tolist(), strict=True)) == {n2: 3, n3: 3}

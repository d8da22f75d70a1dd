from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from tigertail.signals.web import co_mentions
from tigertail.signals.web.co_mentions import co_mention_counts, co_mention_similarity
from tigertail.signals.web.codes import CodedMentions


def mentions_in_codes(rows: Sequence[tuple[int, int, list[int] | None]]) -> CodedMentions:
    mentions = pl.DataFrame(
        [(document, item, float(len(places or [0])), places) for document, item, places in rows],
        {"document": pl.Int32, "item": pl.Int32, "count": pl.Float32, "positions": pl.List(pl.Int32)},
        orient="row",
    )
    documents = sorted({document for document, *_ in rows})
    return CodedMentions(
        pl.Series([str(d) for d in documents]), np.full(len(documents), -1, np.int32), mentions
    )


def random_rows() -> list[tuple[int, int, list[int]]]:
    rng = np.random.default_rng(3)
    return [
        (document, item, sorted(rng.choice(300, rng.integers(1, 5), replace=False).tolist()))
        for document in range(25)
        for item in range(12)
        if rng.random() < 0.5
    ]


@pytest.mark.parametrize("window", [1, 20, 1000])
@pytest.mark.parametrize("most", [1, 40, 10**6])
def test_counts_are_those_of_every_pair_looked_at(
    window: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(co_mentions, "_MAX_PAIRS_IN_MEMORY", most)
    rows = random_rows()
    expected = np.zeros((12, 12))
    for document, a, places in rows:
        for other, b, there in rows:
            near = any(abs(p - q) <= window for p in places for q in there)
            expected[a, b] += document == other and a != b and near
    found = co_mention_counts(mentions_in_codes(rows), 12, window)
    assert np.array_equal(
        [[dict(zip(*found.row(a), strict=True)).get(b, 0) for b in range(12)] for a in range(12)], expected
    )


def test_without_positions_all_of_a_document_are_near() -> None:
    counts = co_mention_counts(
        mentions_in_codes([(0, 0, None), (0, 1, []), (0, 2, [0]), (1, 0, None)]), 3, 1000
    )
    assert counts.row(0)[0].tolist() == [1]


def test_a_document_whose_mentions_are_found_and_given_counts_once() -> None:
    found: list[tuple[int, int, list[int] | None]] = [(0, 0, [1]), (0, 1, [2]), (1, 2, [1])]
    once, twice = mentions_in_codes(found), mentions_in_codes([*found, (0, 0, None), (0, 1, None)])
    counts, counts_twice = (co_mention_counts(one, 3, 200) for one in (once, twice))
    assert counts_twice.row(0)[1].tolist() == counts.row(0)[1].tolist() == [1]
    similar, similar_twice = (
        co_mention_similarity(count, one, 1.0) for count, one in ((counts, once), (counts_twice, twice))
    )
    assert similar_twice.row(0)[1].tolist() == similar.row(0)[1].tolist()


def test_a_document_of_many_items_is_counted_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    def noted(shape: tuple[int, int], *rest: object) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        held.append(shape[0])
        return np.zeros(shape, np.int64)

    monkeypatch.setattr(co_mentions, "_MAX_PAIRS_IN_MEMORY", 100)
    monkeypatch.setattr(co_mentions.np, "empty", noted)
    counts = co_mention_counts(mentions_in_codes([(0, item, None) for item in range(60)]), 60, 200)
    assert counts.nnz == 60 * 59
    assert max(held) <= 100

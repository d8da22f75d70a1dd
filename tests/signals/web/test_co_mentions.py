import numpy as np
import polars as pl
import pytest

from tigertail.signals.web import co_mentions
from tigertail.signals.web.co_mentions import co_mention_counts
from tigertail.signals.web.codes import CodedMentions


def mentions_in_codes(rows: list[tuple[int, int, list[int]]]) -> CodedMentions:
    mentions = pl.DataFrame(
        [(document, item, float(len(places)), places) for document, item, places in rows],
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

"""What every baseline promises. A new one joins by a line in BASELINES.

BPR, which needs a library of its own, and TF-IDF, which needs labels, have tests of their own.
"""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from tigertail.evaluation import Split, baselines
from tigertail.evaluation.recommender import Recommender
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import Signal

# Small enough for small worlds; those that are no use to anybody but as a measure come first.
BLIND: dict[str, Recommender] = {
    "random": baselines.RandomRanking(),
    "popularity": baselines.WorldPopularity(),
    "country popularity": baselines.CountryPopularity(),
}
SENSIBLE: dict[str, Recommender] = {
    "session counts": baselines.SessionCounts(threshold=0),
    "item-item": baselines.ItemItem(),
    "bm25": baselines.BM25(),
    "rp3beta": baselines.RP3Beta(),
    "ease": baselines.EASE(reg=1.0),
    "ease, float32": baselines.EASE(reg=1.0, precision="float32"),
    "als": baselines.ALS(factors=8),
}
BASELINES = BLIND | SENSIBLE


@pytest.fixture(params=BASELINES)
def baseline(request: pytest.FixtureRequest) -> Recommender:
    return BASELINES[request.param]


def everyone(split: Split) -> np.ndarray:
    return np.arange(len(split.popularity), dtype=np.int32)


@pytest.mark.parametrize("name", SENSIBLE)
def test_a_scenes_artists_come_before_the_other_scenes(name: str, scene_trial: Split) -> None:
    ids = scene_trial.interactions.items.ids
    signal = SENSIBLE[name].fit(scene_trial)
    queries = np.flatnonzero(scene_trial.popularity > 0).astype(np.int32)
    lists, _ = top_k(signal.affinity(queries), 3, queries)
    assert len(queries) == 8
    for query, listed in zip(queries, lists, strict=True):
        scene = ids[int(query)][0]  # n or s
        assert {ids[int(item)][0] for item in listed if item >= 0} == {scene}
        assert (listed >= 0).all()


def test_it_makes_a_signal_over_the_catalogue(baseline: Recommender, split: Split) -> None:
    signal = baseline.fit(split)
    assert isinstance(signal, Signal)
    assert signal.known.tolist() == [True] * 25 + [False]
    scores = signal.affinity(everyone(split))
    assert scores.shape == (26, 26)
    assert scores.dtype == np.float32
    assert (np.isfinite(scores) | (scores == -np.inf)).all()
    assert (scores[:, 25] == -np.inf).all(), "an item nobody plays is no answer"


def test_it_says_the_same_twice_and_of_a_query_alone(baseline: Recommender, split: Split) -> None:
    first, second = (baseline.fit(split).affinity(everyone(split)) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    alone = baseline.fit(split).affinity(np.array([7], np.int32))
    assert alone[0].tobytes() == first[7].tobytes()


def test_settings_are_checked(baseline: Recommender) -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        type(baseline).model_validate({"betta": 1})
    with pytest.raises(ValidationError, match="frozen"):
        baseline.label = "mine"  # type: ignore[misc]
    assert baseline.label

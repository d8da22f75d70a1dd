from __future__ import annotations

import numpy as np
import pytest

from tigertail.errors import ConfigError
from tigertail.evaluation import Split
from tigertail.evaluation.baselines import BPR, bpr
from tigertail.ranking.topk import top_k

EVERY = np.arange(26, dtype=np.int32)


def test_it_is_offered_only_where_implicit_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bpr, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="pip install implicit"):
        BPR()


def test_a_scenes_artists_come_first(scene_trial: Split) -> None:
    pytest.importorskip("implicit")
    ids = scene_trial.interactions.items.ids
    signal = BPR(factors=8, iterations=300, learning_rate=0.1, beta=1.0).fit(scene_trial)
    queries = np.arange(8, dtype=np.int32)
    lists, _ = top_k(signal.affinity(queries), 3, queries)
    for query, listed in zip(queries, lists, strict=True):
        assert {ids[int(item)][0] for item in listed} == {ids[int(query)][0]}
    assert not signal.known[8], "nobody plays the last item"


def test_a_seed_determines_every_bit(split: Split) -> None:
    pytest.importorskip("implicit")
    first, second = (BPR(iterations=5, seed=3).fit(split).vectors for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert first.tobytes() != BPR(iterations=5, seed=4).fit(split).vectors.tobytes()


def test_steps_that_are_too_long_are_refused(split: Split) -> None:
    pytest.importorskip("implicit")
    with pytest.raises(ConfigError, match="does not converge") as error:
        BPR(iterations=20, learning_rate=10).fit(split)
    assert error.value.remedy


def test_beta_is_the_popularity_exponent(split: Split) -> None:
    pytest.importorskip("implicit")
    assert BPR(beta=1).label == "BPR cosine"
    assert BPR(beta=0).label == "BPR, beta 0"
    cosine = BPR(iterations=5, beta=1).fit(split)
    assert cosine.beta == 1
    assert (np.abs(cosine.affinity(EVERY)[:25, :25]) < 1 + 1e-5).all()

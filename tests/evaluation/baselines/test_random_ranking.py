from __future__ import annotations

import numpy as np

from tigertail.evaluation import Split
from tigertail.evaluation.baselines import RandomRanking


def test_every_query_has_its_own_order_and_every_seed_another(split: Split) -> None:
    queries = np.array([0, 1], np.int32)
    scores = RandomRanking(seed=1).fit(split).affinity(queries)
    assert (scores[0] != scores[1])[:25].all()
    assert (scores != RandomRanking(seed=2).fit(split).affinity(queries))[:, :25].all()


def test_it_is_fair() -> None:
    from tigertail.evaluation.baselines.random_ranking import RandomAffinity

    signal = RandomAffinity(np.ones(200, np.bool_), seed=0)
    first = signal.affinity(np.arange(200, dtype=np.int32))
    assert abs(first.mean() - 0.5) < 0.01
    assert len(np.unique(first.argmax(axis=1))) > 100

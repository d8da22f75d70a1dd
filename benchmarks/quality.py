"""The quality of lists, with the best plain ALS of `implicit` we can tune in the same table.

    .venv/bin/python benchmarks/quality.py DATASET

`implicit` is tuned over factors, alpha and regularisation on inner held-out listeners, taken from the
training part alone, for the highest nDCG@20 of its cosine; then it is judged beside our systems, with their
shipped defaults, on held-out listeners that nothing was tuned on.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np

from tigertail.cli.report import print_report
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, System, default_systems, evaluate, hold_out
from tigertail.evaluation.metrics.ranking import score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.factorization.confidence import ConfidenceConfig, confidence
from tigertail.progress import track
from tigertail.signals.factors import FactorAffinity

FACTORS = (8, 16, 32, 64, 128)
ALPHAS = (10.0, 30.0, 100.0, 300.0, 1000.0)
PENALTIES = (0.5, 1.0, 2.0, 4.0)  # times alpha


def fit_implicit(split: Split, factors: int, alpha: float, penalty: float) -> FactorAffinity:
    """Fit implicit's ALS to a split's training data; affinity is the cosine."""
    import scipy.sparse as sp
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    plays = confidence(split.interactions.plays, ConfidenceConfig())
    matrix = sp.csr_matrix((plays.data, plays.indices, plays.indptr.astype(np.int32)), shape=plays.shape)
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors, regularization=alpha * penalty, alpha=alpha, iterations=15, random_state=0
        )
        model.fit(matrix, show_progress=False)
    return FactorAffinity(np.asarray(model.item_factors), beta=1.0)


def ndcg(signal: FactorAffinity, split: Split) -> float:
    """Return the mean nDCG of a signal."""
    lists = ranked_lists(signal, split)[0]
    values = score_lists(
        lists, split.relevant, split.query_listeners, split.query_items, split.adjusted_listeners
    )
    return float(np.nanmean(values[:, 0]))


def tuned_implicit(dataset: Dataset, config: ProtocolConfig) -> tuple[int, float, float]:
    """Return implicit's best factors, alpha and penalty on inner held-out listeners."""
    inner = hold_out(hold_out(dataset, config).train, config.model_copy(update={"seed": config.seed + 100}))
    settings = list(itertools.product(FACTORS, ALPHAS, PENALTIES))
    scores = [ndcg(fit_implicit(inner, *setting), inner) for setting in track(settings, "tuning implicit")]
    return settings[int(np.argmax(scores))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    config = ProtocolConfig(seed=arguments.seed)
    best = tuned_implicit(dataset, config)
    print("implicit, tuned: factors {}, alpha {:g}, regularization {:g} x alpha".format(*best))
    systems = default_systems()
    systems.insert(2, System("implicit ALS cosine", lambda split: fit_implicit(split, *best)))
    print_report(evaluate(dataset, systems, config))


if __name__ == "__main__":
    main()

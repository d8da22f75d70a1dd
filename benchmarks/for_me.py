"""What `Model.recommend` is worth: held-out listeners, half of their items as the history, the rest to be found.

    .venv/bin/python benchmarks/for_me.py DATASET [--models FOLDER] [--listeners 400] [--choose]

Every system ranks all that the listener's source offers, less the history. Beside popularity stands `implicit`'s
AlternatingLeastSquares with `recommend(..., recalculate_user=True)`: of 24 random settings, its weights among them
(plays as they are, their logarithm, BM25), the best by nDCG@20 on inner held-out listeners. Square brackets are 95 %
intervals over listeners; differences are paired. By stratum: only targets of that stratum count, in the same lists.

With --choose, instead: nDCG@20 and IPS-nDCG@20 on the inner listeners for exponents and shares around those of
`tigertail.model.recommend`. With --models the fitted models are kept, and read the next time.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, Split, hold_out
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.model import Model, QueryOptions, fit, load, save
from tigertail.model.recommend import BETA, CHARACTER, SHARE, History, history_scores
from tigertail.model.registry import MIXTURE
from tigertail.model.resolution import resolve_signal
from tigertail.progress import track
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import Signal
from tigertail.sparse import CSR

SETTINGS = 24
BETAS, SHARES = (0.5, 0.6, 0.7), (0.0, 0.5, 1.0, 1.4, 2.0)
BLOCK = 200
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Task:
    """Listeners whose plays were halved."""

    split: Split
    history: CSR
    targets: CSR
    offered: NDArray[np.bool_]

    def lists(self, scores: Floats) -> NDArray[np.int32]:
        """Return the best of what the source of each listener offers, less the history."""
        allowed = np.where(self.offered, scores, -np.inf).astype(np.float32)
        allowed[self.history.entry_rows(), self.history.indices] = -np.inf
        found = np.full((len(scores), self.split.config.k), -1, np.int32)
        best, _ = top_k(allowed, self.split.config.k)
        found[:, : best.shape[1]] = best
        return found

    def metrics(
        self, lists: NDArray[np.int32], targets: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """Return the metrics of each listener's list."""
        rows = np.arange(len(lists), dtype=np.int32)
        nothing = np.full(len(lists), -1, np.int32)  # no item is the query
        return score_lists(lists, self.targets, rows, nothing, self.split.adjusted_listeners, targets)


def halved(dataset: Dataset, split: Split, most: int | None, seed: int) -> Task:
    """Draw half of the items of held-out listeners, at most so many listeners, as their histories."""
    rng = np.random.default_rng(seed)
    rows = split.profiles.select(c.LISTENER_ID).with_row_index("row")
    plays = dataset.plays.join(rows, on=c.LISTENER_ID)
    amount = pl.col(c.PLAYS)
    if c.RATING in plays.columns:
        amount = amount * pl.col(c.RATING).fill_null(1.0)
    coded = split.interactions.items.encode(plays.filter(amount > 0), code="item")
    counts = coded.group_by("row", "item").agg(amount.sum()).sort("row", "item")
    whole = CSR.from_coo(counts["row"], counts["item"], counts[c.PLAYS], split.relevant.shape)
    chosen = np.flatnonzero(whole.row_sizes > 1)
    if most is not None and most < len(chosen):
        chosen = np.sort(rng.choice(chosen, most, replace=False))
    whole = whole.select_rows(chosen)
    entry = whole.entry_rows()
    order = np.lexsort((rng.random(whole.nnz), entry))
    place = np.empty(whole.nnz, np.int64)
    place[order] = np.arange(whole.nnz) - whole.indptr[:-1][entry]
    first = place < (whole.row_sizes // 2)[entry]
    parts = [
        CSR.from_coo(entry[one], whole.indices[one], whole.data[one], whole.shape) for one in (first, ~first)
    ]
    return Task(split, parts[0], parts[1], split.exposure.offered[split.exposure.catalogue_of[chosen]])


class Cached:
    """A signal whose affinities from some items are worked out once."""

    def __init__(self, signal: Signal, items: NDArray[np.int32]) -> None:
        self.known = signal.known
        self._place = np.full(len(signal.known), -1)
        self._place[items] = np.arange(len(items))
        blocks = [items[start : start + BLOCK] for start in range(0, len(items), BLOCK)]
        self._rows = np.concatenate([signal.affinity(block) for block in track(blocks, "affinities")])

    def affinity(self, queries: NDArray[np.int32]) -> Floats:
        """Return the affinity from each query to every item."""
        return self._rows[self._place[queries]]


def own(
    task: Task, model: Model, *, beta: float = BETA, shares: tuple[float, ...] = (SHARE,)
) -> list[NDArray[np.int32]]:
    """List what `Model.recommend` lists, with a popularity exponent and several shares of the vector."""
    options = QueryOptions(beta=beta, character=CHARACTER if MIXTURE in model.signals else None)
    items = np.unique(task.history.indices).astype(np.int32)
    cached = Cached(resolve_signal(model.signals, options).signal, items)
    lists, vector = (np.empty(task.history.shape, np.float32) for _ in range(2))
    for row in track(range(len(lists)), "listeners"):
        history = History(*task.history.row(row))
        alone = history_scores(cached, history, len(model.items), None)
        both = history_scores(cached, history, len(model.items), model.fold_in, beta=beta, share=1.0)
        known = both > -np.inf
        lists[row] = np.where(known, np.maximum(alone, 0), -np.inf)
        vector[row] = np.where(known, both - np.maximum(alone, 0), 0)
    return [task.lists(lists + np.float32(share) * vector) for share in shares]


def popularity(task: Task) -> NDArray[np.int32]:
    """List what most listeners play."""
    return task.lists(np.tile(task.split.popularity.astype(np.float32), (task.history.shape[0], 1)))


@dataclass(frozen=True)
class Peer:
    """A setting of `implicit`."""

    weights: str
    factors: int
    regularization: float
    alpha: float
    iterations: int

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Peer:
        """Draw a setting."""
        return cls(
            str(rng.choice(["plays", "log", "bm25"])),
            int(rng.choice([32, 64, 128])),
            float(np.exp(rng.uniform(np.log(0.01), np.log(100)))),
            float(np.exp(rng.uniform(np.log(0.3), np.log(40)))),
            int(rng.choice([5, 10, 15])),
        )

    def __call__(self, task: Task) -> NDArray[np.int32]:
        """Fit it to the training plays, and let it recommend."""
        from implicit.als import AlternatingLeastSquares

        train = task.split.interactions.plays
        theirs = AlternatingLeastSquares(
            factors=self.factors,
            regularization=self.regularization,
            alpha=self.alpha,
            iterations=self.iterations,
            random_state=0,
            use_gpu=False,
        )
        with threadpool_limits(1, "blas"):  # as it asks for: its own loops are parallel
            theirs.fit(self._weighted(train, train), show_progress=False)
        histories = self._weighted(task.history, train)
        k = task.split.config.k
        lists = np.full((task.history.shape[0], k), -1, np.int32)
        offers, group = np.unique(task.offered, axis=0, return_inverse=True)
        for one, offered in enumerate(offers):
            rows = np.flatnonzero(group.ravel() == one)
            found, scores = theirs.recommend(
                rows,
                histories[rows],
                N=k,
                recalculate_user=True,
                filter_already_liked_items=True,
                filter_items=np.flatnonzero(~offered),
            )
            lists[rows, : found.shape[1]] = np.where(scores > -1e30, found, -1)
        return lists

    def _weighted(self, plays: CSR, train: CSR):  # type: ignore[no-untyped-def]  # a matrix of SciPy
        data = plays.data.astype(np.float64)
        if self.weights == "log":
            data = np.log1p(data)
        elif self.weights == "bm25":
            listeners = np.bincount(train.indices, minlength=train.shape[1])
            rare = np.log(train.shape[0] / (1 + listeners[plays.indices])).clip(0.1)
            length = plays.row_sizes[plays.entry_rows()] / train.row_sizes.mean()
            data = data * 2.2 / (1.2 * (0.25 + 0.75 * length) + data) * rare
        return sparse.csr_matrix(plays.with_data(data.astype(np.float32)).to_scipy())


def tuned(task: Task, seed: int = 0) -> Peer:
    """Return the best of random settings of `implicit`."""
    rng = np.random.default_rng(seed)
    drawn = [Peer.drawn(rng) for _ in range(SETTINGS)]
    values = [np.nanmean(task.metrics(one(task))[:, 0]) for one in track(drawn, "implicit")]
    best = drawn[int(np.argmax(values))]
    print(f"implicit: nDCG@20 {max(values):.4f} on inner listeners, the best of {SETTINGS}: {best}")
    return best


def model_of(split: Split, name: str, folder: Path | None) -> Model:
    """Return the model of the training data, from the folder if it is there."""
    if folder is not None and (folder / name).exists():
        return load(folder / name)
    model = fit(split.train)
    if folder is not None:
        save(model, folder / name)
    return model


def choose(task: Task, model: Model) -> None:
    """Print both metrics on inner listeners for every exponent and share."""
    rows = []
    for beta in BETAS:
        values = [np.nanmean(task.metrics(one), axis=0) for one in own(task, model, beta=beta, shares=SHARES)]
        rows.append([f"{beta:g}", *(f"{ndcg:.4f}, {ips:.4f}" for ndcg, ips, *_ in values)])
    print_table(
        ["exponent", *(f"share {share:g}" for share in SHARES)],
        rows,
        title=f"nDCG@20, IPS-nDCG@20, {task.history.shape[0]:,} inner listeners",
    )


def report(task: Task, lists: dict[str, NDArray[np.int32]], reference: str) -> None:
    """Print every metric, and the differences from one system."""
    bootstrap = ClusterBootstrap(np.arange(task.history.shape[0], dtype=np.int32))
    strata = {"all": None, **{one.label: task.split.strata == one for one in Stratum}}
    values = {
        name: {label: task.metrics(found, mask) for label, mask in strata.items()}
        for name, found in lists.items()
    }
    for place, metric in enumerate(METRICS[:3]):
        rows = [
            [name, *(str(bootstrap.estimate(of_system[label][:, place])) for label in strata)]
            for name, of_system in values.items()
        ]
        rows += [
            [
                f"{name} - {reference}",
                *(
                    str(bootstrap.estimate(of_system[label][:, place] - values[reference][label][:, place]))
                    for label in strata
                ),
            ]
            for name, of_system in values.items()
            if name != reference
        ]
        title = (
            f"{metric}@{task.split.config.k}, {task.history.shape[0]:,} listeners, by stratum of the target"
        )
        print_table(["system", *strata], rows, title=title, left=["system"])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--models", type=Path, help="a folder to keep the fitted models in")
    parser.add_argument("--listeners", type=int, default=400, help="inner listeners to choose settings on")
    parser.add_argument("--choose", action="store_true")
    asked = parser.parse_args()
    dataset = Dataset.open(asked.dataset)
    outer = hold_out(dataset, ProtocolConfig(seed=0))
    inner = hold_out(outer.train, ProtocolConfig(seed=1))
    inner_task = halved(outer.train, inner, asked.listeners, seed=2)
    if asked.choose:
        choose(inner_task, model_of(inner, "inner", asked.models))
        return
    peer = tuned(inner_task)
    task = halved(dataset, outer, None, seed=3)
    model = model_of(outer, "outer", asked.models)
    whole, lists_alone = own(task, model, shares=(SHARE, 0.0))
    lists = {
        "popularity": popularity(task),
        "implicit": peer(task),
        "the lists alone": lists_alone,
        "Model.recommend": whole,
    }
    report(task, lists, "implicit")


if __name__ == "__main__":
    main()

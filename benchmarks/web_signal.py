"""What the web signal is worth, whole and part by part.

    .venv/bin/python benchmarks/web_signal.py DATASET [--sas FOLDER]

First Last.fm's own top-10 lists (the SAS data set, found through TIGERTAIL_DATA), where nobody is held out and artists
of fewer than 50 listeners are judged apart, with what chance gives; then held-out listeners. DATASET is one with
documents, such as that of ``recipes/web.toml``. Square brackets hold 95 % intervals, over queries and over listeners.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from tigertail.cli.report import print_report
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.evaluation import ProtocolConfig, System, baselines, evaluate, read_sas
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import Signal
from tigertail.signals.web import WebConfig, fit_web

FEW = 50  # listeners
K = 10
CONFIGS = {
    "web": WebConfig(),
    "web, beta 0": WebConfig(beta=0),
    "beside each other": WebConfig(page_mention_weight=0, text_similarity_weight=0),
    "on each other's page": WebConfig(co_mention_weight=0, text_similarity_weight=0),
    "pages alike": WebConfig(co_mention_weight=0, page_mention_weight=0),
}


def system(name: str, config: WebConfig) -> System:
    return System(name, lambda split: fit_web(split.train, split.interactions, config))


def judge_lists(dataset: Dataset, folder: Path | None) -> None:
    """Print nDCG@10 by the SAS lists, of all queries and of those with few listeners."""
    truth = read_sas(folder, dataset)
    interactions = Interactions.of(dataset)
    code = {item: number for number, item in enumerate(interactions.items.ids)}
    similar: dict[int, set[int]] = {}
    for query, answer, _ in truth.pairs.iter_rows():
        similar.setdefault(code[query], set()).add(code[answer])
    queries = np.array(sorted(similar), np.int32)
    few = interactions.item_listeners[queries] < FEW
    print(f"SAS: {len(queries):,} queries, {few.sum():,} of them with fewer than {FEW} listeners; nDCG@{K}")
    signals: dict[str, Signal] = {}
    for name, config in CONFIGS.items():
        began = time.perf_counter()
        signals[name] = fit_web(dataset, interactions, config)
        print(
            f"{name}: {time.perf_counter() - began:.1f} s to fit, {signals[name].known.sum():,} items known"
        )
    rng = np.random.default_rng(0)
    chance = rng.random((len(queries), len(code)), np.float32)
    lists = {"chance": top_k(chance, K, queries)[0]}
    lists |= {name: top_k(signal.affinity(queries), K, queries)[0] for name, signal in signals.items()}
    discount = 1 / np.log2(np.arange(K) + 2)
    drawn = rng.integers(0, len(queries), (1000, len(queries)))
    for name, found in lists.items():
        gains = np.array(
            [
                [item in similar[query] for item in row]
                for query, row in zip(queries.tolist(), found.tolist(), strict=True)
            ]
        )
        best = np.array([discount[: len(similar[query])].sum() for query in queries.tolist()])
        ndcg = gains @ discount / best
        shown = []
        for group in (few | True, few):
            low, high = np.percentile([ndcg[row][group[row]].mean() for row in drawn], [2.5, 97.5])
            shown.append(f"{ndcg[group].mean():.4f} [{low:.4f}, {high:.4f}]")
        print(f"{name:<22}{shown[0]:>26}   fewer than {FEW}: {shown[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--sas", type=Path)
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    judge_lists(dataset, arguments.sas)
    systems = [
        System(one.label, one.fit)
        for one in (baselines.RandomRanking(), baselines.WorldPopularity(), baselines.ItemItem())
    ]
    systems += [system(name, config) for name, config in CONFIGS.items()]
    print_report(evaluate(dataset, systems, ProtocolConfig(seed=0)))


if __name__ == "__main__":
    main()

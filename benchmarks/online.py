"""Error rates and coverage of the online evaluation, with simulated listeners whose true preferences are known.

    .venv/bin/python benchmarks/online.py

The listeners are those of tigertail/testing/simulated_listeners.py. Printed are: how often two equals are told apart
by somebody who looks after every listener; after how many listeners the better of two models is found, by how much
better it is; how often the confidence sequence holds the truth at all times at once; and how often the intervals of
nDCG, estimated from the logs of interleaved lists, hold the true one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tigertail.cli.output import print_table
from tigertail.evaluation.online import estimate_ndcg, examination, listener_scores, sequential_test
from tigertail.evaluation.online.log import Log
from tigertail.evaluation.online.sequential import log_capitals
from tigertail.progress import track
from tigertail.testing.simulated_listeners import MODELS, Population

Scores = NDArray[np.float64]

ALPHAS = (0.05, 0.1, 0.2)
TASTES = (0.0, 0.1, 0.3)
EDGES = (0.05, 0.1, 0.2, 0.3)
LOOKS = (50, 100, 200, 500, 1000, 2000)
K, DEEP = 5, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000, help="experiments for rates of error and coverage")
    parser.add_argument("--logs", type=int, default=250, help="logs for the coverage of nDCG")
    asked = parser.parse_args()
    errors(asked.runs)
    power(asked.runs // 10)
    sequences(asked.runs)
    rankings(asked.logs)


def errors(runs: int, listeners: int = 200) -> None:
    rows = []
    for taste in track(TASTES, "error rate"):
        population = Population(taste=taste)
        ways: dict[str, list[Scores]] = {"each listener once": [], "each list by itself": []}
        for run in range(runs):
            duel = population.duel(listeners, run).duel()
            ways["each listener once"].append(listener_scores(duel))
            ways["each list by itself"].append(duel.lists["score"].to_numpy().astype(np.float64))
        for way, experiments in ways.items():
            largest = np.array([max(c.max() for c in log_capitals(scores, 0.5)) for scores in experiments])
            rows.append([f"{taste:.1f}", way, *(f"{(largest >= np.log(2 / a)).mean():.2%}" for a in ALPHAS)])
    title = f"Two equals: winners named in {runs:,} experiments of {listeners} listeners, a look after each"
    headings = ["taste of the camps", "what counts", *(f"promised {alpha:.0%}" for alpha in ALPHAS)]
    print_table(headings, rows, title=title, left=["what counts"])


def power(runs: int) -> None:
    rows = []
    for edge in track(EDGES, "power"):
        population = Population(edge=edge, taste=0.1)
        results = [
            sequential_test(listener_scores(population.duel(max(LOOKS), run).duel())) for run in range(runs)
        ]
        at = np.array([v.decided_at if v.winner == "first" else np.inf for v in results], np.float64)
        rows.append(
            [
                f"{edge:.2f}",
                f"{win_share(population):.1%}",
                *(f"{(at <= look).mean():.0%}" for look in LOOKS),
                f"{np.median(at):,.0f}" if np.isfinite(np.median(at)) else f"over {max(LOOKS):,}",
                sum(v.winner == "second" for v in results),
            ]
        )
    title = f"Experiments of {runs:,} that found the better model, by listeners; alpha 5 %"
    headings = ["edge", "win share", *(f"{look:,}" for look in LOOKS), "median", "the worse found"]
    print_table(headings, rows, title=title)


def sequences(runs: int, listeners: int = 200) -> None:
    rows = []
    for edge in track((0.0, *EDGES), "sequences"):
        population = Population(edge=edge, taste=0.2)
        truth = win_share(population)
        held, width = 0, []
        for run in range(runs // 4):
            scores = listener_scores(population.duel(listeners, run).duel())
            held += all((capital < np.log(2 / 0.05)).all() for capital in log_capitals(scores, truth))
            if run < runs // 40:
                share = sequential_test(scores).win_share
                width.append(share.high - share.low)
        rows.append([f"{edge:.2f}", f"{truth:.1%}", f"{held / (runs // 4):.1%}", f"{np.mean(width):.1%}"])
    title = f"Sequences that hold the truth after each of {listeners} listeners"
    print_table(["edge", "true win share", "95 % sequences that do", "width at the end"], rows, title=title)


def rankings(logs: int, listeners: int = 300) -> None:
    population = Population(edge=0.2, taste=0.1)
    tables = {name: population.ranking(model) for model, name in enumerate(MODELS)}
    truth = [population.ndcg(model, K) for model in (0, 1)]
    found, deep, curves = [], [], []
    for log in _logs(population, logs, listeners):
        found.append(estimate_ndcg(log, tables, K, samples=100))
        deep.append(estimate_ndcg(log, tables, DEEP, samples=2)[0])
        curves.append(examination(log).probability)
    rows = []
    for method in found[0][0].ndcg:
        first = [one[0].ndcg[method] for one in found]
        less = [one[1].differences[method] for one in found if one[1].differences is not None]
        for what, estimates, true in (
            ("first", first, truth[0]),
            ("second minus first", less, truth[1] - truth[0]),
        ):
            held = np.mean([e.low <= true <= e.high for e in estimates])
            mean, spread = np.mean([e.mean for e in estimates]), np.std([e.mean for e in estimates])
            rows.append([method, what, f"{true:.4f}", f"{mean:.4f}", f"{spread:.4f}", f"{held:.1%}"])
    title = f"nDCG@{K} from {logs:,} logs of {listeners} listeners, examination estimated from each"
    headings = ["method", "of", "truth", "mean estimate", "deviation", "95 % intervals that hold it"]
    print_table(headings, rows, title=title, left=["method", "of"])
    missing = np.mean([one.unsupported for one in deep])
    means_of = [np.mean([one.ndcg[method].mean for one in deep]) for method in deep[0].ndcg]
    title = f"nDCG@{DEEP}, {missing:.0%} of it never shown"
    deep_row = [f"{population.ndcg(0, DEEP):.4f}", *(f"{mean:.4f}" for mean in means_of)]
    print_table(["truth", *(f"{method}, mean" for method in deep[0].ndcg)], [deep_row], title=title)
    means, spreads = np.nanmean(curves, axis=0), np.nanstd(curves, axis=0)
    rows = [
        [rank, f"{true:.3f}", f"{mean:.3f}", f"{spread:.3f}"]
        for rank, (true, mean, spread) in enumerate(
            zip(population.examination, means, spreads, strict=True), start=1
        )
    ]
    print_table(["rank", "truth", "mean estimate", "deviation"], rows, title="How places are looked at")


def win_share(population: Population) -> float:
    """Return the true win share of the first model, from listeners enough."""
    if not population.edge:
        return 0.5  # by their symmetry
    lists = population.duel(50_000, 10**6).duel().lists
    scores = lists.group_by("listener").mean()["score"].to_numpy()
    return float((1 + scores.mean()) / 2)


def _logs(population: Population, logs: int, listeners: int) -> Iterator[Log]:
    for run in track(range(logs), "logs"):
        yield Log.of(population.duel(listeners, run).events())


if __name__ == "__main__":
    main()

"""How costs grow with the catalogue: worlds of several sizes, fitted and asked, each in a process of its own.

    .venv/bin/python -m benchmarks.scale FOLDER --artists 10000 30000 100000 [--plot scale.png]

A world of n artists has n * 5/6 listeners and some 34 plays an artist, labels, pages and sound
(benchmarks/large_world.py). Each size is fitted without candidates and with them, in turn; then the model is asked for
all neighbours (top 100, at most 20,000 queries), for single answers, and for the exact twenty, which the recall is
measured against. The slope is the exponent of the catalogue's size, fitted over the sizes. Where they are installed,
`implicit` (similar_items), `faiss` (IndexFlatIP) and `voyager` (approximate) answer from the same factors.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks.large_world import write_world
from benchmarks.retrieval import all_neighbours
from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.errors import TigertailWarning
from tigertail.mixing import Mixture
from tigertail.model import ModelConfig, fit, load
from tigertail.model.registry import MIXTURE
from tigertail.ranking.topk import top_k

LISTENERS = 5 / 6  # of an artist
ASKED = 20_000
ALONE = 300
EXACT = 100
MEASURES = {
    "fit": "fit without candidates, CPU s",
    "fit_with": "fit with candidates, CPU s",
    "fit_memory": "fit, peak GiB",
    "folder": "model folder, GiB",
    "memory": "answering, peak GiB",
    "all": "all neighbours, ms a query",
    "exact_all": "by every item, ms a query",
    "p50": "one query, p50 ms",
    "p99": "one query, p99 ms",
    "factors": "factors, exact, ms a query",
    "implicit": "implicit, ms a query",
    "faiss": "faiss IndexFlatIP, ms a query",
    "voyager": "voyager, approximate, ms a query",
    "recall": "recall of the exact 20",
}


def cost_of_fit(world: Path, model: Path, candidates: int) -> dict[str, float]:
    """Fit a model; return processor seconds and peak memory of this process."""
    before = time.process_time()
    config = ModelConfig.model_validate({"retrieval": {"candidates": candidates}})
    fit(Dataset.open(world), config).save(model)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"cpu": time.process_time() - before, "peak": peak}


def cost_of_answers(path: Path) -> dict[str, float]:
    """Ask a model; return what answers cost, and their recall."""
    model = load(path)
    mixture = model.signals[MIXTURE]
    assert isinstance(mixture, Mixture)
    known = np.flatnonzero(mixture.known).astype(np.int32)
    random = np.random.default_rng(0)
    queries = np.sort(random.choice(known, min(ASKED, len(known)), replace=False))
    model.answer_many(queries[:64], 100)  # compiles
    began = time.perf_counter()
    model.answer_many(queries, 100)
    costs = {"all": 1000 * (time.perf_counter() - began) / len(queries)}
    times = []
    model.similar(str(model.items["item_id"][int(queries[0])]), 20)  # compiles
    for item in model.items["item_id"].gather(queries[:: max(1, len(queries) // ALONE)]).to_list():
        began = time.perf_counter()
        model.similar(item, 20)
        times.append(1000 * (time.perf_counter() - began))
    costs |= {"p50": float(np.percentile(times, 50)), "p99": float(np.percentile(times, 99))}
    costs["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    costs |= _recall(mixture, queries[:: max(1, len(queries) // EXACT)])
    return costs | _peers(model, queries[:: max(1, len(queries) // 2000)])


def _recall(mixture: Mixture, queries: np.ndarray) -> dict[str, float]:
    mixture.affinity(queries[:2])  # compiles
    began = time.perf_counter()
    exact = top_k(mixture.affinity(queries), 20, queries)[0]
    spent = 1000 * (time.perf_counter() - began) / len(queries)
    codes, _, certain = mixture.best_candidates(queries, 20)
    shares = [
        len(np.intersect1d(one[one >= 0], other)) / max(1, (one >= 0).sum())
        for one, other in zip(exact[certain], codes[certain], strict=True)
    ]
    return {"exact_all": spent, "recall": float(np.mean(shares))}


def _peers(model: object, queries: np.ndarray) -> dict[str, float]:
    wanted = ("factors", "implicit", "faiss", "voyager")
    costs = {}
    for name, run in all_neighbours(model, queries).items():  # type: ignore[arg-type]
        key = name.split(" ")[0].split(",")[0]
        if key in wanted:
            run()
            began = time.perf_counter()
            run()
            costs[key] = 1000 * (time.perf_counter() - began) / len(queries)
    return costs


def measure(folder: Path, artists: int) -> dict[str, float]:
    """Make a world, fit it, ask it, each in a process of its own."""
    world, model = folder / f"world-{artists}", folder / f"model-{artists}"
    write_world(world, artists, int(artists * LISTENERS))
    costs: dict[str, float] = {}
    for candidates, key in ((0, "fit"), (ModelConfig().retrieval.candidates, "fit_with")):
        found = _child("fit", str(world), str(model), str(candidates))
        costs |= {key: found["cpu"], "fit_memory": found["peak"]}
    costs["folder"] = sum(file.stat().st_size for file in model.rglob("*") if file.is_file()) / 2**30
    return costs | _child("ask", str(model))


def _child(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", "--child", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def slope(sizes: list[int], costs: list[float]) -> float:
    """Return the exponent of the size by which a cost grows."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def main() -> None:
    """Print the table, and draw the plot."""
    warnings.simplefilter("ignore", TigertailWarning)
    if sys.argv[1:2] == ["--child"]:
        what, *given = sys.argv[2:]
        if what == "fit":
            costs = cost_of_fit(Path(given[0]), Path(given[1]), int(given[2]))
        else:
            costs = cost_of_answers(Path(given[0]))
        print(json.dumps(costs))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--artists", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--plot", type=Path, help="draw costs by size, both logarithmic")
    asked = parser.parse_args()
    costs = {artists: measure(asked.folder, artists) for artists in asked.artists}
    rows = []
    for key, what in MEASURES.items():
        values = [one.get(key) for one in costs.values()]
        if None not in values:
            steep = len(values) > 1 and key != "recall"
            grows = f"{slope(asked.artists, values):.2f}" if steep else ""  # type: ignore[arg-type]
            rows.append([what, *(f"{value:.4g}" for value in values), grows])
    print_table(["artists", *(f"{artists:,}" for artists in asked.artists), "slope"], rows)
    if asked.plot:
        from matplotlib import pyplot

        figure, axes = pyplot.subplots(figsize=(7, 5))
        for key, what in MEASURES.items():
            values = [one.get(key) for one in costs.values()]
            if None not in values and key != "recall":
                axes.loglog(asked.artists, values, marker="o", label=what)
        axes.set_xlabel("artists")
        axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1.01, 1))  # beside the lines
        figure.savefig(asked.plot, dpi=150, bbox_inches="tight")


if __name__ == "__main__":
    main()

"""How costs grow: worlds of several sizes, fitted and asked, each in a process of its own.

    .venv/bin/python -m benchmarks.scale FOLDER --by artists --plot scale.png

One of four is made larger, and the others stay: `--by artists` (with them 5/6 as many listeners, of some 40 artists
each, as catalogues grow), `--by listeners` (of some 40 artists each, of 30,000), `--by plays` (the artists of each of
25,000 listeners, of 30,000 artists), or `--by tracks` (a tenth as many artists, half as many listeners, 23 of whom play
a track; 64 factors). Worlds have labels, pages and sound, of tracks labels and sound (benchmarks/large_world.py). Each
size is fitted, gets its candidates, and is asked, each in a process of its own: for all neighbours (top 100, of tracks
top 20; up to 20,000 queries), for single answers, and for the exact twenty of a thousand, by which recall is measured.
With `--sampled` candidates are chosen for a thousand items alone, which are asked: those of three million
tracks take most of an hour. What a step cost is kept in FOLDER, so that a run that stopped goes on. The slope is the
power of the size by which a cost grows, fitted over the sizes. Where they are installed, `implicit` (similar_items),
RecTools (its ALS wrapper), `faiss` (IndexFlatIP) and `voyager` (approximate) answer from the same factors; not of
tracks, since some of them would take longer than all else.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.large_world import write_tracks, write_world
from benchmarks.retrieval import all_neighbours
from tigertail.cli.output import print_table
from tigertail.cli.report import peak_memory
from tigertail.dataset.dataset import Dataset
from tigertail.errors import TigertailWarning
from tigertail.mixing import Mixture, with_candidates
from tigertail.mixing.config import RetrievalConfig
from tigertail.mixing.pool import Bands
from tigertail.mixing.retrieve import ChosenBlock, Retrieval, choose_block
from tigertail.model import ModelConfig, fit, load
from tigertail.model.candidates import choose_candidates
from tigertail.model.registry import MIXTURE
from tigertail.plotting import new_figure, save_figure, set_title
from tigertail.ranking.topk import top_k

SIZES = {
    "artists": [10_000, 30_000, 100_000, 300_000],
    "listeners": [10_000, 30_000, 100_000],
    "plays": [10, 30, 90],  # artists of a listener, of whom some come twice
    "tracks": [100_000, 300_000, 1_000_000, 3_000_000],
}
FACTORS_OF_TRACKS = 64
ARTISTS = 30_000
LISTENERS_OF_ARTIST = 5 / 6
ARTISTS_OF_LISTENER = 45
ASKED = 20_000
ALONE = 300
EXACT = 1000
EXACT_AT_A_TIME = 2**26  # affinities
MEASURES = {
    "pairs": "pairs of listener and item",
    "fit": "fit without candidates, CPU s",
    "candidates": "choosing candidates, CPU s",
    "fit_with": "fit with candidates, CPU s",
    "fit_elapsed": "fit without candidates, s",
    "fit_with_elapsed": "fit with candidates, s",
    "fit_memory": "fit, peak GiB",
    "choosing_memory": "choosing candidates, peak GiB",
    "folder": "model folder, GiB",
    "memory": "answering, peak GiB",
    "all": "all neighbours, ms a query",
    "exact_all": "by every item, ms a query",
    "p50": "one query, p50 ms",
    "p99": "one query, p99 ms",
    "factors": "factors, exact, ms a query",
    "implicit": "implicit, ms a query",
    "RecTools": "RecTools, ALS wrapper, ms a query",
    "faiss": "faiss IndexFlatIP, ms a query",
    "voyager": "voyager, approximate, ms a query",
    "recall": "recall of the exact 20",
}

UNITS = (", CPU s", ", peak GiB", ", GiB", ", ms a query", " ms")  # which the panels have in their titles

PANELS = {
    "fit, CPU s": ("fit", "candidates"),
    "answers, ms": ("p50", "p99", "all", "factors", "implicit", "RecTools", "faiss", "voyager"),
    "memory, GiB": ("fit_memory", "choosing_memory", "folder", "memory"),
}


def cost_of_fit(world: Path, model: Path, factors: int) -> dict[str, float]:
    """Fit a model without candidates; return the seconds, by the clock and of processors, and the peak memory."""
    began = time.perf_counter(), time.process_time()
    config = ModelConfig.model_validate({"base": {"factors": factors}, "retrieval": {"candidates": 0}})
    fit(Dataset.open(world), config).save(model)
    elapsed, spent = time.perf_counter() - began[0], time.process_time() - began[1]
    return {"fit_elapsed": elapsed, "fit": spent, "fit_memory": peak_memory() / 2**10}


def cost_of_choosing(path: Path) -> dict[str, float]:
    """Choose the candidates of a model; return the seconds, by the clock and of processors, and the peak memory."""
    model = load(path)
    began = time.perf_counter(), time.process_time()
    chosen = choose_candidates(model, candidates=RetrievalConfig().candidates)
    elapsed, spent = time.perf_counter() - began[0], time.process_time() - began[1]
    chosen.save(path)
    return {"choosing_elapsed": elapsed, "candidates": spent, "choosing_memory": peak_memory() / 2**10}


class SampledChooser:
    """Chooses the candidates of some items; the others get none, and are answered by a look at every item."""

    def __init__(self, items: np.ndarray) -> None:
        self._items = items

    def __call__(self, retrieval: Retrieval) -> Iterator[ChosenBlock]:
        """Choose those of all at once, and return them in the blocks in which they would have been chosen."""
        mixture = retrieval.mixture
        ours = retrieval.order[np.isin(retrieval.order, self._items)]
        found = choose_block(mixture, Bands.of(mixture.listeners), ours, retrieval.max_candidates)
        of_items, (codes, has_data, affinities) = found[:-3], found[-3:]
        lengths = found.lengths, found.value_lengths
        entries, values = (np.concatenate([[0], np.cumsum(each)]) for each in lengths)
        first = 0
        for block in range(len(retrieval.starts)):
            there = np.isin(retrieval.queries(block), self._items)
            last = first + int(there.sum())
            rows = []
            for array in of_items:
                rows.append(np.zeros((len(there), *array.shape[1:]), array.dtype))
                rows[-1][there] = array[first:last]
            spans = slice(*entries[[first, last]]), slice(*values[[first, last]])
            yield ChosenBlock(*rows, codes[spans[0]], has_data[spans[0]], affinities[spans[1]])
            first = last


def cost_of_answers(path: Path, listed: int, peers: bool, sampled: bool) -> dict[str, float]:
    """Ask a model for so many answers, and its peers; return what answers cost, and their recall."""
    model = load(path)
    mixture = model.signals[MIXTURE]
    assert isinstance(mixture, Mixture)
    known = np.flatnonzero(mixture.known).astype(np.int32)
    random = np.random.default_rng(0)
    queries = np.sort(random.choice(known, min(EXACT if sampled else ASKED, len(known)), replace=False))
    if sampled:
        count = RetrievalConfig().candidates_of(len(mixture.known))
        mixture = with_candidates(mixture, count, SampledChooser(queries))
        model = replace(model, signals={**model.signals, MIXTURE: mixture})
    model.answer_many(queries[:64], listed)  # compiles
    began = time.perf_counter()
    model.answer_many(queries, listed)
    costs = {"all": 1000 * (time.perf_counter() - began) / len(queries)}
    times = []
    model.similar(str(model.items["item_id"][int(queries[0])]), 20)  # compiles
    for item in model.items["item_id"].gather(queries[:: max(1, len(queries) // ALONE)]).to_list():
        began = time.perf_counter()
        model.similar(item, 20)
        times.append(1000 * (time.perf_counter() - began))
    costs |= {"p50": float(np.percentile(times, 50)), "p99": float(np.percentile(times, 99))}
    costs |= {} if sampled else {"memory": peak_memory() / 2**10}
    costs |= _recall(mixture, queries[:: max(1, len(queries) // EXACT)])
    return costs | (_peers(model, queries[:: max(1, len(queries) // 2000)]) if peers else {})


def _recall(mixture: Mixture, queries: np.ndarray) -> dict[str, float]:
    mixture.affinity(queries[:2])  # compiles
    began = time.perf_counter()
    some = max(1, EXACT_AT_A_TIME // len(mixture.known))
    blocks = [queries[start : start + some] for start in range(0, len(queries), some)]
    exact = np.concatenate([top_k(mixture.affinity(block), 20, block)[0] for block in blocks])
    spent = 1000 * (time.perf_counter() - began) / len(queries)
    codes, _, certain = mixture.best_candidates(queries, 20)
    shares = [
        len(np.intersect1d(one[one >= 0], other)) / max(1, (one >= 0).sum())
        for one, other in zip(exact[certain], codes[certain], strict=True)
    ]
    return {"exact_all": spent, "recall": float(np.mean(shares))}


def _peers(model: object, queries: np.ndarray) -> dict[str, float]:
    wanted = ("factors", "implicit", "RecTools", "faiss", "voyager")
    costs = {}
    for name, run in all_neighbours(model, queries).items():  # type: ignore[arg-type]
        key = name.split(" ")[0].split(",")[0]
        if key in wanted:
            run()
            began = time.perf_counter()
            run()
            costs[key] = 1000 * (time.perf_counter() - began) / len(queries)
    return costs


def world_of(by: str, size: int) -> tuple[int, int, int]:
    """Return how many artists and listeners a world has, and how many artists a listener."""
    if by == "artists":
        return size, int(size * LISTENERS_OF_ARTIST), ARTISTS_OF_LISTENER
    if by == "listeners":
        return ARTISTS, size, ARTISTS_OF_LISTENER
    return ARTISTS, int(ARTISTS * LISTENERS_OF_ARTIST), size


def measure(folder: Path, by: str, size: int, sampled: bool) -> dict[str, float]:
    """Make a world, fit it, choose its candidates and ask it, each in a process of its own.

    What each costs is kept in a file, so that a run that stopped goes on; what an earlier run has measured is said.
    """
    world, model = folder / f"world-{by}-{size}", folder / f"model-{by}-{size}"
    file = folder / f"costs-{by}-{size}.json"
    costs: dict[str, float] = json.loads(file.read_text()) if file.exists() else {}
    if costs:
        print(f"{size:,} {by}: what an earlier run has measured is taken; without {file} it is measured anew")
    of_tracks = by == "tracks"

    def fitted() -> dict[str, float]:
        if of_tracks:
            dataset = write_tracks(world, size)
        else:
            artists, listeners, artists_of_listener = world_of(by, size)
            dataset = write_world(world, artists, listeners, mean=artists_of_listener)
        factors = FACTORS_OF_TRACKS if of_tracks else ModelConfig().base.factors
        found = _child("fit", str(world), str(model), str(factors))
        return found | {"pairs": dataset.manifest["tables"]["plays"]}

    def chosen() -> dict[str, float]:
        found = _child("choose", str(model))
        newest = max(model.glob("[0-9]*"), key=lambda generation: int(generation.name))
        files = newest.rglob("*")
        return found | {"folder": sum(file.stat().st_size for file in files if file.is_file()) / 2**30}

    def asked() -> dict[str, float]:
        listed, peers = ("20", "") if of_tracks else ("100", "peers")
        return _child("ask", str(model), listed, peers, "sampled" if sampled else "")

    # What was asked of a sample alone, without the memory of all candidates, is asked again.
    for known, step in (("fit", fitted), ("candidates", chosen), ("all" if sampled else "memory", asked)):
        if known not in costs and not (sampled and step is chosen):
            costs |= step()
            file.write_text(json.dumps(costs))
    for whole, *parts in (
        ("fit_with", "fit", "candidates"),
        ("fit_with_elapsed", "fit_elapsed", "choosing_elapsed"),
    ):
        if all(part in costs for part in parts):
            costs[whole] = sum(costs[part] for part in parts)
    return costs


def _child(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", "--child", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def slope(sizes: list[float], costs: list[float]) -> float:
    """Return the power of the size by which a cost grows."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def main() -> None:
    """Print the table, and draw the plot."""
    warnings.simplefilter("ignore", TigertailWarning)
    if sys.argv[1:2] == ["--child"]:
        what, *given = sys.argv[2:]
        if what == "fit":
            costs = cost_of_fit(Path(given[0]), Path(given[1]), int(given[2]))
        elif what == "choose":
            costs = cost_of_choosing(Path(given[0]))
        else:
            costs = cost_of_answers(Path(given[0]), int(given[1]), bool(given[2]), bool(given[3]))
        print(json.dumps(costs))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--by", choices=list(SIZES), default="artists", help="what grows")
    parser.add_argument("--sizes", type=int, nargs="+", help="its sizes; of plays, artists of a listener")
    parser.add_argument("--plot", type=Path, help="draw costs by size, both logarithmic")
    parser.add_argument(
        "--sampled", action="store_true", help="choose the candidates of a thousand items alone"
    )
    asked = parser.parse_args()
    sizes = asked.sizes or SIZES[asked.by]
    asked.folder.mkdir(parents=True, exist_ok=True)
    # Else the first fit would compile the kernels.
    subprocess.run([sys.executable, "-m", "tigertail", "warm"], stdout=subprocess.DEVNULL, check=True)
    measured = [measure(asked.folder, asked.by, size, asked.sampled) for size in sizes]
    # What grows is counted in the world: a listener's artists come more than once.
    grown: list[float] = [one["pairs"] for one in measured] if asked.by == "plays" else list(sizes)
    rows = []
    for key, what in MEASURES.items():
        values = {size: one[key] for size, one in zip(grown, measured, strict=True) if key in one}
        if values:
            grows = (
                f"{slope(list(values), list(values.values())):.2f}"
                if len(values) > 1 and key != "recall"
                else ""
            )
            rows.append([what, *(_number(values[size]) if size in values else "" for size in grown), grows])
    print_table([asked.by, *(f"{size:,.0f}" for size in grown), "slope"], rows)
    if asked.plot:
        plot(measured, grown, asked.by, asked.plot)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def plot(costs: list[dict[str, float]], sizes: list[float], by: str, file: Path) -> None:
    """Draw costs by size, both axes logarithmic, one panel for each of :data:`PANELS`."""
    figure = new_figure(12, 5.5)
    for axes, (title, keys) in zip(figure.subplots(1, len(PANELS)), PANELS.items(), strict=True):
        for key in keys:
            values = {size: one[key] for size, one in zip(sizes, costs, strict=True) if key in one}
            if values:
                grows = f" ({slope(list(values), list(values.values())):.2f})" if len(values) > 1 else ""
                axes.loglog(
                    list(values),
                    list(values.values()),
                    marker="o",
                    label=_without_unit(MEASURES[key]) + grows,
                )
        axes.set_xlabel(by)
        set_title(axes, title)
        axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.15))
    save_figure(figure, file)


def _without_unit(what: str) -> str:
    for unit in UNITS:
        what = what.removesuffix(unit)
    return what


if __name__ == "__main__":
    main()

"""What candidates are worth: speed beside libraries, recall of the exact answers, and their size.

    .venv/bin/python benchmarks/retrieval.py MODEL [--queries 400] [--rounds 3] [--choose] [--questions-only]

MODEL is a model with a mixture. Rounds take turns, so that a busy moment falls on all, and the best of each counts. All
neighbours, top 100: the mixture from its candidates and by a look at every item, the factors alone by our exact
products, and, where they are installed, `faiss` (IndexFlatIP), `voyager` (its graph, built before, approximate) and
`implicit` (similar_items) on the same factors. Those answer from factors alone, the mixture from every signal. With
--choose, how long it takes to choose the candidates again, which is what they add to a fit; these are then asked.

A query is :meth:`Model.similar` by id, a table out, twenty answers, one at a time. Recall is the share of the exact
twenty that are found, over random queries: by the candidates alone where they are taken to hold ("answered"), and as
people get it, where the other queries look at every item.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from tigertail.cli.output import print_table
from tigertail.errors import TigertailWarning
from tigertail.mixing import Mixture, with_candidates
from tigertail.model import Model, load
from tigertail.model.registry import FACTORS, MIXTURE
from tigertail.ranking.topk import top_k

TOP = 100
ANSWERS = 20
BLOCK = 512
PLACES = ("US", "PL", "BR", "DE")


def all_neighbours(model: Model, queries: np.ndarray) -> dict[str, Callable[[], object]]:
    """Return what makes the lists of all queries, by name."""
    vectors = np.ascontiguousarray(model.signals[FACTORS].vectors, np.float32)  # type: ignore[attr-defined]
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    some = queries[:: max(1, len(queries) // 2048)]
    systems: dict[str, Callable[[], object]] = {
        "mixture, from candidates": lambda: model.answer_many(queries, TOP),
        "mixture, every item": lambda: model.answer_many(some, TOP, exact=True),
        "factors, exact products": lambda: model.answer_many(queries, TOP, signal=FACTORS),
    }
    if importlib.util.find_spec("faiss"):
        faiss: Any = importlib.import_module("faiss")
        flat = faiss.IndexFlatIP(unit.shape[1])
        flat.add(unit)
        systems["faiss IndexFlatIP"] = lambda: [
            flat.search(unit[queries[start : start + BLOCK]], TOP + 1)
            for start in range(0, len(queries), BLOCK)
        ]
    if importlib.util.find_spec("voyager"):
        voyager: Any = importlib.import_module("voyager")
        index = voyager.Index(voyager.Space.InnerProduct, num_dimensions=unit.shape[1])
        index.add_items(unit)
        systems["voyager HNSW, approximate"] = lambda: index.query(unit[queries], TOP + 1)
    if importlib.util.find_spec("implicit"):
        with threadpool_limits(1, user_api="blas"):
            peer = importlib.import_module("implicit.cpu.als").AlternatingLeastSquares(factors=unit.shape[1])
        peer.item_factors = vectors

        def similar_items() -> None:
            with threadpool_limits(1, user_api="blas"):  # as it recommends: it has threads of its own
                for start in range(0, len(queries), BLOCK):
                    peer.similar_items(queries[start : start + BLOCK], TOP + 1)

        systems["implicit similar_items"] = similar_items
        if importlib.util.find_spec("rectools"):
            systems["RecTools ALS wrapper"] = _rectools(peer, queries)
    counts = {name: len(some) if name == "mixture, every item" else len(queries) for name in systems}
    return {f"{name}|{counts[name]}": run for name, run in systems.items()}


def _rectools(peer: Any, queries: np.ndarray) -> Callable[[], object]:
    """Return RecTools' lists (recommend_to_items, a pandas frame) from the factors of a model of `implicit`."""
    models, data = importlib.import_module("rectools.models"), importlib.import_module("rectools.dataset")
    codes = np.arange(len(peer.item_factors))
    one_each = {"user_id": codes, "item_id": codes, "weight": 1.0, "datetime": "2020-01-01"}
    items = data.Dataset.construct(importlib.import_module("pandas").DataFrame(one_each))
    peer.user_factors = peer.item_factors  # of listeners, which it asks for and this does not read
    wrapper = models.ImplicitALSWrapperModel(peer, recommend_n_threads=0)  # of every core
    wrapper.model, wrapper.is_fitted = peer, True

    def recommend_to_items() -> None:
        with threadpool_limits(1, user_api="blas"):
            wrapper.recommend_to_items(queries, items, k=TOP)

    return recommend_to_items


def speeds(model: Model, queries: np.ndarray, rounds: int) -> None:
    """Print queries a second of all neighbours."""
    systems = all_neighbours(model, queries)
    best = dict.fromkeys(systems, np.inf)
    for turn in range(rounds + 1):  # the first only compiles
        for name, run in systems.items():
            began = time.perf_counter()
            run()
            if turn:
                best[name] = min(best[name], time.perf_counter() - began)
    rows = []
    for name, seconds in best.items():
        what, count = name.split("|")
        rows.append([what, count, f"{int(count) / seconds:,.0f}"])
    print_table(["all neighbours, top 100", "queries", "queries a second"], rows)


def questions(model: Model, queries: np.ndarray, rounds: int) -> None:
    """Print how long one query takes."""
    ids = model.items["item_id"].gather(queries).to_list()
    asked: dict[str, dict[str, Any]] = {
        "candidates": {},
        "candidates, with reasons": {"why": True},
        "every item": {"exact": True},
        "every item, with reasons": {"exact": True, "why": True},
    }
    taken: dict[str, list[np.ndarray]] = {name: [] for name in asked}
    for turn in range(rounds + 1):
        for name, options in asked.items():
            times = []
            for item in ids:
                began = time.perf_counter()
                model.similar(item, ANSWERS, **options)
                times.append(1000 * (time.perf_counter() - began))
            if turn:
                taken[name].append(np.array(times))
    rows = []
    for name, all_rounds in taken.items():
        best = np.min(all_rounds, axis=0)
        rows.append([name, *(f"{np.percentile(best, share):.2f}" for share in (50, 99))])
    print_table(["one query, 20 answers", "p50, ms", "p99, ms"], rows)


def options(model: Model, mixture: Mixture) -> dict[str, tuple[Mixture, np.ndarray | None]]:
    """Return the mixtures and filters of the grid, by name."""
    grid: dict[str, tuple[Mixture, np.ndarray | None]] = {"default": (mixture, None)}
    grid |= {f"beta {beta:g}": (mixture.with_beta(beta), None) for beta in (0.0, 0.5, 1.0, 2.0)}
    grid |= {f"character {end:g}": (mixture.with_character(end), None) for end in (0.0, 1.0)}
    grid |= {f"without {name}": (mixture.disable([name]), None) for name in mixture.parts}
    groups = mixture.listener_groups
    for place in (place for place in PLACES if groups and place in groups.keys):
        grid |= {f"lens {part:g} on {place}": (mixture.localised(place, part), None) for part in (0.5, 1.0)}
    for stratum in ("head", "mid", "tail"):
        grid[f"stratum {stratum}"] = mixture, (model.items["stratum"] == stratum).to_numpy()
    if "country" in model.items.columns:
        for country in PLACES[:2]:
            grid[f"item country {country}"] = (
                mixture,
                (model.items["country"] == country).fill_null(False).to_numpy(),
            )
    return grid


def recalls(model: Model, mixture: Mixture, queries: np.ndarray) -> None:
    """Print the recall of the exact twenty under every option."""
    rows = []
    for name, (asked, allowed) in options(model, mixture).items():
        if not asked.has_candidates:
            rows.append([name, "0.000", "-", "1.0000"])  # every item is looked at
            continue
        affinity = asked.affinity(queries)
        exact = top_k(
            affinity if allowed is None else np.where(allowed, affinity, np.float32(-np.inf)),
            ANSWERS,
            queries,
        )[0]
        codes, _, certain = asked.best_candidates(queries, ANSWERS, allowed)
        found = np.array(
            [
                len(np.intersect1d(one[one >= 0], other)) / max(1, (one >= 0).sum())
                for one, other in zip(exact, codes, strict=True)
            ]
        )
        empty = (exact < 0).all(axis=1)
        found[empty] = 1.0
        answered = f"{found[certain].mean():.4f}" if certain.any() else "-"
        rows.append([name, f"{certain.mean():.3f}", answered, f"{np.where(certain, found, 1.0).mean():.4f}"])
    print_table(["asked with", "answered from candidates", "recall of these", "recall of all"], rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--choose", action="store_true", help="time how long it takes to choose candidates")
    parser.add_argument("--questions-only", action="store_true", help="time single queries alone")
    given = parser.parse_args()
    warnings.simplefilter("ignore", TigertailWarning)
    model = load(given.model)
    mixture = model.signals[MIXTURE]
    assert isinstance(mixture, Mixture)
    assert mixture.candidates is not None
    known = np.flatnonzero(mixture.known).astype(np.int32)
    sample = np.sort(np.random.default_rng(0).choice(known, min(given.queries, len(known)), replace=False))
    size = sum(array.nbytes for array in mixture.candidates.to_arrays().values())
    print(
        f"{len(model.items):,} items, {len(known):,} with data, {len(mixture.parts)} parts; "
        f"{mixture.candidates.sizes.mean():.0f} candidates an item, {size / 2**20:.0f} MiB\n"
    )
    if given.questions_only:
        questions(model, sample, given.rounds)
        return
    if given.choose:
        began = time.perf_counter()
        mixture = with_candidates(mixture, model.config.retrieval.candidates_of(len(mixture.listeners)))
        print(f"chosen in {time.perf_counter() - began:.1f} s\n")
        model = replace(model, signals={**model.signals, MIXTURE: mixture})
    speeds(model, known, given.rounds)
    print()
    questions(model, sample, given.rounds)
    print()
    recalls(model, mixture, sample)


if __name__ == "__main__":
    main()

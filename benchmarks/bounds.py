"""What bounds the mixture on lists and shows: what its signals could find, and what hindsight could choose.

    .venv/bin/python benchmarks/bounds.py DATASET

Of the reporting half of the SAS lists (recall@10, found through TIGERTAIL_DATA) and of held-out shows (recall@20), by
stratum of the query:

- mixture: the mixture at its defaults;
- best place: the mixture at the one exponent and character, of several, that is best for the stratum in hindsight;
- own place: the same, with the best place for each query;
- best signal: for each query the one signal alone that is best for it in hindsight;
- reach of 20, 100, 500: the recall of a perfect choice among the first so many answers of every signal;
- no evidence: the share of the true answers to which no signal has an affinity above 0.

The first is a result. The others see the truth that they are judged by: they are bounds, and no system.

The last table shows two truths in conflict: the mixture with the terms of sequences counted several times, by both.
"Against sequences" is the recall of shows minus that of the signal sequences alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import Split, halves, hold_out_shows, read_sas
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics, query_clusters
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.mixing import Mixture
from tigertail.model.config import ModelConfig
from tigertail.model.fit_mixture import fit_mixture
from tigertail.model.registry import SEQUENCES, FitContext, fit_signals
from tigertail.progress import track
from tigertail.signals.contract import Signal

Values = NDArray[np.float64]

EXPONENTS = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2)  # further exponents of popularity that hindsight chooses from
CHARACTERS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0)
REACHES = (20, 100, 500)
TIMES = (1, 1.5, 2, 3)
JUDGED = (Stratum.HEAD, Stratum.MID, Stratum.TAIL)
BLOCK = 256  # queries whose affinities are worked out at a time


def recall(lists: NDArray[np.int32], split: Split) -> Values:
    return np.asarray(graded_metrics(lists, split.relevant)[:, GRADED_METRICS.index("Recall")])


def at_places(mixture: Mixture, split: Split) -> Values:
    """Return the recall of every query at every place of hindsight; float64, (places, queries)."""
    found = []
    for character in track(CHARACTERS, "characters"):
        lists = ranked_lists(replace(mixture, character=character), split, EXPONENTS)
        found += [recall(one, split) for one in lists]
    return np.stack(found)


def reached(signals: Mapping[str, Signal], split: Split) -> Iterator[tuple[str, Values]]:
    """Yield what a perfect choice could find, and what no signal knows of."""
    deepest, k, queries = max(REACHES), split.config.k, split.query_items
    place = {size: np.zeros(len(queries)) for size in REACHES}
    unknown = np.zeros(len(queries))
    for start in range(0, len(queries), BLOCK):
        block = queries[start : start + BLOCK]
        affinities = [np.array(signal.affinity(block), np.float32) for signal in signals.values()]
        for row, query in enumerate(block.tolist()):
            which = start + row
            first = split.relevant.indptr[split.query_listeners[which]]
            last = split.relevant.indptr[split.query_listeners[which] + 1]
            true = split.relevant.indices[first:last]
            best, known = np.full(len(true), deepest), np.zeros(len(true), np.bool_)
            for affinity in affinities:
                of_all = affinity[row]
                of_all[query] = -np.inf
                above = np.array([(of_all > of_all[one]).sum() for one in true])
                has = of_all[true] > 0
                best, known = np.where(has, np.minimum(best, above), best), known | has
            for size in REACHES:
                place[size][which] = min(k, int((best < size).sum())) / min(k, len(true))
            unknown[which] = 1 - known.mean()
    yield from ((f"reach of {size}", place[size]) for size in REACHES)
    yield "no evidence", unknown


def bounds(mixture: Mixture, signals: Mapping[str, Signal], split: Split) -> Iterator[tuple[str, Values]]:
    """Yield the figures of every query, by the name of the row."""
    yield "mixture", recall(ranked_lists(mixture, split)[0], split)
    places, levels = at_places(mixture, split), split.strata[split.query_items]
    of_stratum = np.zeros(places.shape[1])
    for level in np.unique(levels):
        there = levels == level
        best = int(places[:, there].mean(axis=1).argmax())
        of_stratum[there] = places[best, there]
        character, exponent = list(product(CHARACTERS, EXPONENTS))[best]
        print(f"Best place, {Stratum(level).label}: character {character:g}, further exponent {exponent:+g}")
    yield "best place", of_stratum
    yield "own place", places.max(axis=0)
    yield (
        "best signal",
        np.max([recall(ranked_lists(one, split)[0], split) for one in signals.values()], axis=0),
    )
    yield from reached(signals, split)


def with_sequences(mixture: Mixture, times: float) -> Mixture:
    """Return the mixture with the terms of the signal sequences counted so many times."""
    parameters = mixture.parameters
    factors = np.ones((len(parameters.terms), 1))
    factors[parameters.terms.of_signal(SEQUENCES)] = times
    changed = replace(parameters, taste=parameters.taste * factors, kinship=parameters.kinship * factors)
    return replace(mixture, parameters=changed, candidates=None)


def conflict(mixture: Mixture, listed: Split, played: Split) -> None:
    """Print what lists and shows say of the mixture as sequences count more."""
    levels = listed.strata[listed.query_items]
    of_lists, of_shows = (ClusterBootstrap(query_clusters(split)) for split in (listed, played))
    alone = recall(ranked_lists(mixture.parts[SEQUENCES], played)[0], played)
    rows = []
    for times in TIMES:
        changed = with_sequences(mixture, times)
        by_lists, by_shows = (recall(ranked_lists(changed, split)[0], split) for split in (listed, played))
        difference = of_shows.estimate(by_shows - alone)
        cells = [
            of_lists.estimate(by_lists),
            *(of_lists.estimate(np.where(levels == level, by_lists, np.nan)) for level in JUDGED),
            of_shows.estimate(by_shows),
        ]
        rows.append(
            [
                f"{times:g} x",
                *(f"{one.mean:.3f}" for one in cells),
                f"{difference.mean:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]",
            ]
        )
    print_table(
        ["sequences", "lists", *(f"lists, {level.label}" for level in JUDGED), "shows", "against sequences"],
        rows,
        title="Lists and shows, as sequences count more",
        left=["sequences"],
    )


def show(title: str, split: Split, rows: Iterator[tuple[str, Values]]) -> None:
    levels, bootstrap = split.strata[split.query_items], ClusterBootstrap(query_clusters(split))
    there = [level for level in Stratum if (levels == level).any()]
    masks = [np.ones(len(levels), np.bool_), *(levels == level for level in there)]
    table = [["queries", *(f"{mask.sum():,}" for mask in masks)]]
    for name, values in rows:
        estimates = [bootstrap.estimate(np.where(mask, values, np.nan)) for mask in masks]
        table.append([name, *(f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in estimates)])
    headings = ["row", "all", *(level.label for level in there)]
    print_table(headings, table, title=title, left=["row"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    dataset = Dataset.open(parser.parse_args().dataset)
    shows = hold_out_shows(dataset)
    listed = full_split(shows.train, halves(read_sas(None, dataset))[1], k=10)
    played = full_split(shows.train, shows.truth, k=20)
    context = FitContext(shows.train, listed.interactions, ModelConfig())
    mixture = fit_mixture(context, fit_signals(context))
    if mixture is None:
        raise SystemExit("Too few listeners for a mixture: use a larger dataset.")
    for title, split in (("lists, recall@10", listed), ("shows, recall@20", played)):
        show(title, split, bounds(mixture, mixture.parts, split))
    conflict(mixture, listed, played)
    print_memory()


if __name__ == "__main__":
    main()

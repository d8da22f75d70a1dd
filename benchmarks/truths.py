"""What each truth says about each system, side by side, and which truth each claim rests on.

    .venv/bin/python benchmarks/truths.py DATASET [--systems FILE] [--lists PATH [--layout sas]] [--plot FILE]

Four measures, all of full rankings:

- plays: nDCG@20 by what held-out listeners play besides the query;
- IPS plays: IPS-nDCG@20 by the same plays, each weighted against the popularity of what is played;
- lists: recall@10 of curated lists, the reporting half of their queries (by default the SAS lists, found through
  TIGERTAIL_DATA; for a simulated world its true affinity);
- shows: recall@20 of what held-out curators play in a show with the query.

Systems are the usual baselines, or those of --systems; each signal alone; and the mixture. Each is fitted twice:
without the held-out listeners for the plays, and without the held-out curators for lists and shows. 95 % intervals are
from a bootstrap over listeners (plays), queries (lists) or curators (shows); differences are paired. A star marks the
Pareto set: no other system is better by one measure and worse by none, over all queries. --plot draws all systems.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import (
    GroundTruth,
    ProtocolConfig,
    Split,
    System,
    baselines,
    halves,
    hold_out,
    hold_out_shows,
    load_systems,
    read_lists,
    read_true,
)
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics, query_clusters
from tigertail.evaluation.metrics.ranking import METRICS
from tigertail.evaluation.scoring import ranked_lists, score_system
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, clusters_needed
from tigertail.evaluation.statistics.pareto import undominated
from tigertail.ground_truth.curated_lists import LAYOUTS
from tigertail.mixing import Mixture
from tigertail.model.config import ModelConfig
from tigertail.model.fit_mixture import fit_mixture
from tigertail.model.registry import MIXTURE, SIGNALS, FitContext, fit_signals
from tigertail.plotting import (
    BLUE,
    NOTE,
    ORANGE,
    check_format,
    clear_frame,
    new_figure,
    save_figure,
    set_headline,
    set_title,
)
from tigertail.signals.contract import Signal
from usual_systems import ALS_COSINE, EASE, ITEM_ITEM, RP3BETA, fitted

Values = NDArray[np.float64]

SETTINGS: dict[str, Callable[[Mixture], Mixture]] = {
    MIXTURE: lambda mixture: mixture,
}
"""Settings of one fitted mixture, by the name of the row; the first is the default, with which others are compared."""


@dataclass(frozen=True, eq=False)
class Measure:
    """Systems scored by one truth."""

    name: str
    metric: str
    basis: str
    levels: NDArray[np.int8]
    bootstrap: ClusterBootstrap
    values: dict[str, Values] = field(default_factory=dict)

    def of(self, values: Values, level: Stratum | None) -> Estimate:
        """Return the mean over the queries of a stratum, or over all."""
        return self.bootstrap.estimate(
            values if level is None else np.where(self.levels == level, values, np.nan)
        )

    @property
    def label(self) -> str:
        """Its name and its metric."""
        return f"{self.name}, {self.metric}"


def span(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def signed(estimate: Estimate) -> str:
    return f"{estimate.mean:+.3f} [{estimate.low:+.3f}, {estimate.high:+.3f}]"


def usual() -> list[System]:
    return [
        System("popularity", baselines.WorldPopularity().fit),
        *(ITEM_ITEM, ALS_COSINE, RP3BETA, EASE),
        System("TF-IDF", baselines.TfIdf().fit),
    ]


def fits(split: Split, others: list[System]) -> Iterator[tuple[str, Signal]]:
    """Fit every system to the training part of a split once, and yield it under its name."""
    for system in others:
        yield system.name, system.fit(split)
    context = FitContext(split.train, split.interactions, ModelConfig())
    signals = fit_signals(context)
    yield from signals.items()
    mixture = fit_mixture(context, signals)
    if mixture is None:
        raise SystemExit("Too few listeners for a mixture: use a larger dataset.")
    for name, setting in SETTINGS.items():
        yield name, setting(mixture)


def by_plays(dataset: Dataset, others: list[System], seed: int) -> list[Measure]:
    """Score by held-out listeners, with and without weights against popularity."""
    split = hold_out(dataset, ProtocolConfig(seed=seed))
    levels, bootstrap = split.strata[split.query_items], ClusterBootstrap(split.query_listeners)
    basis = f"what {split.relevant.shape[0]:,} held-out listeners play besides the query"
    plays = Measure("plays", "nDCG@20", f"{basis}: popular artists are played more", levels, bootstrap)
    ips = Measure("IPS plays", "IPS-nDCG@20", f"{basis}, the popular weighing less", levels, bootstrap)
    for name, signal in fits(split, others):
        values = score_system(fitted(name, signal), split).values
        for measure, metric in ((plays, "nDCG"), (ips, "IPS-nDCG")):
            measure.values[name] = values[:, METRICS.index(metric)]
    return [plays, ips]


def by_people(dataset: Dataset, others: list[System], lists: GroundTruth, seed: int) -> list[Measure]:
    """Score by curated lists and by shows, with systems fitted without the curators of these shows."""
    train, truths = dataset, [(lists, "lists", 10, f"{lists.name}: what its makers list as similar")]
    if dataset.has(c.SEQUENCES_TABLE):
        shows = hold_out_shows(dataset, seed=seed)
        basis = f"what {len(shows.curators)} held-out curators play in a show with the query"
        train = shows.train
        truths.append((shows.truth, "shows", 20, basis))
    splits = [full_split(train, truth, k=k, seed=seed) for truth, _, k, _ in truths]
    measures = [
        Measure(
            name,
            f"recall@{k}",
            basis,
            split.strata[split.query_items],
            ClusterBootstrap(query_clusters(split)),
        )
        for split, (_, name, k, basis) in zip(splits, truths, strict=True)
    ]
    for name, signal in fits(splits[0], others):
        for measure, split in zip(measures, splits, strict=True):
            scores = graded_metrics(ranked_lists(signal, split)[0], split.relevant)
            measure.values[name] = scores[:, GRADED_METRICS.index("Recall")]
    return measures


def levels_of(measure: Measure) -> list[Stratum]:
    return [level for level in Stratum if (measure.levels == level).any()]


def overall(measures: list[Measure]) -> dict[str, list[Estimate]]:
    """Return each system's estimates over all queries, measure by measure."""
    return {name: [one.of(one.values[name], None) for one in measures] for name in measures[0].values}


def in_pareto_set(found: dict[str, list[Estimate]]) -> dict[str, bool]:
    points = np.array([[estimate.mean for estimate in row] for row in found.values()])
    return dict(zip(found, undominated(points).tolist(), strict=True))


def print_side_by_side(measures: list[Measure]) -> None:
    for measure in measures:
        print(f"{measure.label}: {len(measure.levels):,} queries, {measure.basis}.")
    print()
    found = overall(measures)
    best = in_pareto_set(found)
    rows = [[name + " *" * best[name], *map(span, row)] for name, row in found.items()]
    headings = ["system", *(measure.label for measure in measures)]
    print_table(headings, rows, title="All queries; * in the Pareto set", left=["system"])


def print_strata(measure: Measure, reference: str) -> None:
    levels: list[Stratum | None] = [None, *levels_of(measure)]
    headings = ["system", *("all" if level is None else level.label for level in levels)]
    sizes = [len(measure.levels) if one is None else int((measure.levels == one).sum()) for one in levels]
    rows = [["queries", *(f"{size:,}" for size in sizes)]]
    rows += [
        [name, *(span(measure.of(values, level)) for level in levels)]
        for name, values in measure.values.items()
    ]
    print_table(headings, rows, title=f"{measure.label}, by stratum of the query", left=["system"])
    ours = measure.values[reference]
    rows = [
        [name, *(signed(measure.of(ours - values, level)) for level in levels)]
        for name, values in measure.values.items()
        if name != reference
    ]
    print_table(headings, rows, title=f"{measure.label}: {reference} minus the system", left=["system"])


def print_claims(measures: list[Measure], reference: str) -> None:
    """Compare the mixture with whatever else is best, stratum by stratum, truth by truth."""
    rows = []
    for level in (None, *Stratum):
        for measure in measures:
            if level is not None and level not in levels_of(measure):
                continue
            means = {
                name: measure.of(values, level).mean
                for name, values in measure.values.items()
                if name not in SETTINGS
            }
            best = max(means, key=means.__getitem__)
            difference = measure.of(measure.values[reference] - measure.values[best], level)
            claim = "more" if difference.low > 0 else "less" if difference.high < 0 else "no difference shown"
            asked = np.isfinite(measure.values[best]) & (True if level is None else measure.levels == level)
            there = len(np.unique(measure.bootstrap.listeners[asked]))
            needed = clusters_needed(difference, 0.0, there)
            rows.append(
                [
                    "all" if level is None else level.label,
                    measure.label,
                    best,
                    signed(difference),
                    claim,
                    f"{there:,}",
                    "" if needed is None else f"{needed:,}",
                ]
            )
    headings = ["query", "rests on", "best other", "mixture minus it", "claim", "judges", "needed"]
    title = "What can be claimed for the mixture, and the truth it rests on"
    print_table(headings, rows, title=title, left=["query", "rests on", "best other", "claim"])
    print(
        "Judges: listeners, lists or curators; needed: as many for an interval without 0, were the difference to stay."
    )


def colour_of(name: str) -> str:
    """Return the colour of the mixture, of a signal or of another system."""
    return ORANGE if name in SETTINGS else BLUE if name in SIGNALS else NOTE


def plot(measures: list[Measure], dataset: Dataset, file: Path) -> None:
    """Draw the systems, the first measure to the right and each of the others upwards."""
    across, *upwards = measures
    found = overall(measures)
    best = in_pareto_set(found)
    figure = new_figure(4.6 * len(upwards) + 2, 5)
    set_headline(figure, dataset.name, "systems by truth, all queries", simulated=dataset.simulated)
    panels = figure.add_gridspec(1, len(upwards) + 1, width_ratios=[4.6] * len(upwards) + [1.8])
    for place, measure in enumerate(upwards, start=1):
        axes = figure.add_subplot(panels[place - 1])
        for number, (name, estimates) in enumerate(found.items(), start=1):
            x, y, colour = estimates[0], estimates[place], colour_of(name)
            axes.plot([x.low, x.high], [y.mean, y.mean], color=colour, linewidth=0.8, alpha=0.5)
            axes.plot([x.mean, x.mean], [y.low, y.high], color=colour, linewidth=0.8, alpha=0.5)
            face, ink = (colour, "white") if best[name] else ("white", colour)
            axes.plot(x.mean, y.mean, "o", color=colour, markerfacecolor=face, markersize=10)
            axes.annotate(
                str(number), (x.mean, y.mean), fontsize=6, color=ink, ha="center", va="center_baseline"
            )
        exponents = np.array([[found[name][0].mean, found[name][place].mean] for name in SETTINGS])
        axes.plot(exponents[:, 0], exponents[:, 1], "-", color=ORANGE, linewidth=1)
        axes.set_xlabel(across.label)
        axes.set_ylabel(measure.label)
        set_title(axes, measure.name, "filled: in the Pareto set; lines: 95 % intervals")
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        clear_frame(axes, "top", "right", grid="both")
    key = figure.add_subplot(panels[-1])
    key.set_axis_off()
    for number, name in enumerate(found, start=1):
        height = 1 - number / (len(found) + 1)
        key.text(0, height, f"{number}  {name}", fontsize=8, color=colour_of(name), transform=key.transAxes)
    save_figure(figure, file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--systems", type=Path, help="baselines to compare, instead of the usual ones")
    parser.add_argument("--lists", type=Path, help="curated lists; default: the SAS lists")
    parser.add_argument("--layout", choices=LAYOUTS, default="sas")
    parser.add_argument("--seed", type=int, default=0, help="of the listeners and curators held out")
    parser.add_argument("--plot", type=Path, help="file of the picture: PNG, SVG or PDF")
    arguments = parser.parse_args()
    if arguments.plot is not None:
        check_format(arguments.plot)
    began = time.perf_counter()
    dataset = Dataset.open(arguments.dataset)
    others = load_systems(arguments.systems) if arguments.systems else usual()
    has_truth = dataset.simulated and arguments.lists is None
    whole = read_true(dataset) if has_truth else read_lists(arguments.lists, arguments.layout, dataset)
    _, lists = halves(whole)
    measures = by_plays(dataset, others, arguments.seed) + by_people(dataset, others, lists, arguments.seed)
    reference = next(iter(SETTINGS))
    print_side_by_side(measures)
    for measure in measures:
        print_strata(measure, reference)
    print_claims(measures, reference)
    if arguments.plot is not None:
        plot(measures, dataset, arguments.plot)
        print(f"Written to {arguments.plot}.")
    print(f"seed {arguments.seed}, {time.perf_counter() - began:.0f} s")
    print_memory()


if __name__ == "__main__":
    main()

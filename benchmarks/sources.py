"""Whether a further source hurts: a model of all sources, and one of some of them alone, judged by three truths.

    .venv/bin/python benchmarks/sources.py DATASET SOURCE [SOURCE ...]

Models are fitted with the shipped settings, to all listeners and to those of the named sources alone. The mixtures of
both are judged by

- lists: recall@10 of the reporting half of the SAS lists (found through TIGERTAIL_DATA);
- shows: recall@20 of what held-out curators play in a show with the query, where the dataset has shows;
- plays: nDCG@20 by what held-out listeners of the named sources play besides the query, among what these offer.

Listeners and curators are held out of both models. Strata are those of the query among all listeners. "Equal
popularity" moves the popularity exponent of the model of all sources until the mean popularity of its answers in the
stratum is that of the other model; popularity is the logarithm of the listeners that an item would have if all could
hear it. "Of their popularity" is made equally popular too, and a bound, no system: the model of all sources with its
signals and coefficients, but the listeners of the named sources alone in its popularity. What it gains is what the
popularity among the others costs. Differences are in percent, paired, with 95 % intervals over judges: lists, curators
or listeners. "Needed" is how many of them would put the interval above -2 %, were the difference to stay; nothing
stands where it is below.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from equal_popularity import mean_popularity, nearest
from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, Split, halves, hold_out, hold_out_shows, read_sas
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, clusters_needed
from tigertail.mixing import Mixture
from tigertail.model import fit
from tigertail.model.registry import MIXTURE
from tigertail.signals.contract import Signal

EXPONENTS = tuple(
    np.linspace(-0.6, 0.6, 49).round(3).tolist()
)  # further exponents of popularity that are tried
AS_IS = EXPONENTS.index(0.0)
JUDGED = (None, *Stratum)
ALL_QUERIES = 1_000  # more than any listener has items
KEYS = ["judge", c.ITEM_ID]
TOLERATED = 2  # percent that a further source may cost
HEADINGS = [
    "query",
    "setting",
    "queries",
    "further exponent",
    "alone",
    "all sources",
    "difference, %",
    "judges",
    "needed",
]


@dataclass(frozen=True, eq=False)
class Truth:
    """The queries of one truth, in the codes of one model."""

    name: str
    metric: str
    split: Split

    def values(self, lists: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the metric of every query."""
        if self.name == "plays":
            split, lists = self.split, np.ascontiguousarray(lists)
            scores = score_lists(
                lists,
                split.relevant,
                split.query_listeners,
                split.query_items,
                split.adjusted_listeners,
                None,
            )
            return np.asarray(scores[:, METRICS.index("nDCG")])
        return np.asarray(graded_metrics(lists, self.split.relevant)[:, GRADED_METRICS.index("Recall")])

    @property
    def judges(self) -> pl.Series:
        """Who each query is from; the query itself where nobody is."""
        split = self.split
        if len(split.profiles):
            return split.profiles[c.LISTENER_ID].gather(split.query_listeners).alias("judge")
        return split.interactions.items.ids.gather(split.query_items).alias("judge")


def mixture_of(dataset: Dataset) -> Mixture:
    return cast("Mixture", fit(dataset).signals[MIXTURE])


def judged(dataset: Dataset, whole: Dataset, alone: Dataset) -> Iterator[tuple[Mixture, list[Truth]]]:
    """Yield each mixture that is fitted to a dataset, which is the whole or a part, and what judges it."""
    lists = halves(read_sas(None, whole))[1]
    train, truths = dataset, [("lists", "recall@10", lists, 10)]
    if whole.has(c.SEQUENCES_TABLE):
        shows = hold_out_shows(whole)
        train = dataset.without(shows.curators)
        truths.append(("shows", "recall@20", shows.truth, 20))
    yield (
        mixture_of(train),
        [Truth(name, metric, full_split(train, truth, k=k)) for name, metric, truth, k in truths],
    )
    protocol = ProtocolConfig(queries=ALL_QUERIES)
    split = hold_out(dataset, protocol, among=alone.listeners[c.LISTENER_ID])
    yield mixture_of(split.train), [Truth("plays", "nDCG@20", split)]


def answers(mixture: Signal, truth: Truth, exponents: tuple[float, ...], items: pl.DataFrame) -> pl.DataFrame:
    """Return of each query its value and the mean popularity of its answers at each exponent."""
    split = truth.split
    ids = split.interactions.items.ids
    known = ids.to_frame(c.ITEM_ID).join(items, on=c.ITEM_ID, how="left", maintain_order="left")
    popularity: NDArray[np.float64] = known["popularity"].to_numpy()
    lists = ranked_lists(mixture, split, exponents)
    values = np.stack([truth.values(one) for one in lists], axis=1)
    means = np.stack([mean_popularity(popularity, one) for one in lists], axis=1)
    return pl.DataFrame(
        {
            "judge": truth.judges,
            c.ITEM_ID: ids.gather(split.query_items),
            "value": values,
            "popularity": means,
        }
    )


def of_their_popularity(mixture: Mixture, ids: pl.Series, theirs: Mixture, their_ids: pl.Series) -> Mixture:
    """Return a mixture that counts the listeners of another."""
    known = {c.ITEM_ID: their_ids, "listeners": theirs.listeners, "adjusted": theirs.adjusted_listeners}
    counts = ids.to_frame(c.ITEM_ID).join(
        pl.DataFrame(known), on=c.ITEM_ID, how="left", maintain_order="left"
    )
    counts = counts.fill_null(0)  # what their sources have nothing of
    return mixture.with_parts(mixture.parts, counts["listeners"].to_numpy(), counts["adjusted"].to_numpy())


def compare(
    alone: pl.DataFrame, everything: pl.DataFrame, bound: pl.DataFrame, items: pl.DataFrame
) -> list[list[str]]:
    """Return a row of the table for each stratum and setting."""
    rows = []
    pairs = (
        alone.join(everything, on=KEYS, suffix="_all")
        .join(bound, on=KEYS, suffix="_bound")
        .join(items.drop("popularity"), on=c.ITEM_ID)
    )
    for stratum in JUDGED:
        part = pairs if stratum is None else pairs.filter(pl.col("stratum") == int(stratum))
        if len(part) < 10:
            continue
        theirs, goal = part["value"].to_numpy()[:, 0], np.nanmean(part["popularity"].to_numpy()[:, 0])
        ours, bounds = part["value_all"].to_numpy(), part["value_bound"].to_numpy()
        clusters = part["judge"].rank("dense").to_numpy().astype(np.int32) - 1
        order = np.argsort(clusters, kind="stable")
        bootstrap = ClusterBootstrap(clusters[order])
        for setting, values, place in (
            ("as it is", ours, AS_IS),
            ("equal popularity", ours, nearest(part["popularity_all"].to_numpy().T, goal)),
            ("of their popularity", bounds, nearest(part["popularity_bound"].to_numpy().T, goal)),
        ):
            found = bootstrap.estimate((values[:, place] - theirs)[order])
            mean = float(np.nanmean(theirs))
            change = Estimate(*(100 * each / mean for each in (found.mean, found.low, found.high)))
            judges = len(np.unique(clusters))
            needed = clusters_needed(change, -TOLERATED, judges) if change.mean > -TOLERATED else None
            rows.append(
                [
                    "all" if stratum is None else stratum.label,
                    setting,
                    f"{len(part):,}",
                    f"{EXPONENTS[place]:+.3f}",
                    f"{mean:.3f}",
                    f"{np.nanmean(values[:, place]):.3f}",
                    f"{change.mean:+.1f} [{change.low:+.1f}, {change.high:+.1f}]",
                    f"{judges:,}",
                    "" if needed is None else f"{needed:,}",
                ]
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("sources", nargs="+")
    arguments = parser.parse_args()
    whole = Dataset.open(arguments.dataset)
    others = whole.listeners.filter(~pl.col(c.SOURCE).is_in(arguments.sources))[c.LISTENER_ID]
    alone = whole.without(others)
    both = zip(judged(alone, whole, alone), judged(whole, whole, alone), strict=True)
    for (of_some, theirs), (of_all, ours) in both:
        for part, all_of_it in zip(theirs, ours, strict=True):
            split = all_of_it.split
            items = pl.DataFrame(
                {
                    c.ITEM_ID: split.interactions.items.ids,
                    "popularity": np.log1p(split.adjusted_listeners),
                    "stratum": split.strata,
                }
            )
            before = answers(of_some, part, (0.0,), items)
            bound = of_their_popularity(
                of_all, split.interactions.items.ids, of_some, part.split.interactions.items.ids
            )
            print_table(
                HEADINGS,
                compare(
                    before,
                    answers(of_all, all_of_it, EXPONENTS, items),
                    answers(bound, all_of_it, EXPONENTS, items),
                    items,
                ),
                title=f"{part.name}, {part.metric}: all sources against {', '.join(arguments.sources)} alone",
                left=["query", "setting"],
            )
    print_memory()


if __name__ == "__main__":
    main()

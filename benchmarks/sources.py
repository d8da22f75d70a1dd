"""Whether a further source hurts: curated lists found by a model of all sources, and by one of some of them alone.

    .venv/bin/python benchmarks/sources.py DATASET SOURCE [SOURCE ...]

Two models are fitted with the shipped settings: to all listeners, and to those of the named sources alone. Both are
judged by the reporting half of the SAS lists (found through TIGERTAIL_DATA): recall@10 of the mixture, by the stratum
of the query among all listeners. "Equal popularity" turns the popularity dial of the model of all sources until the
mean popularity of its answers in the stratum is that of the other model; popularity is the logarithm of the listeners
that an item would have if all could hear it. Differences are in percent, paired over queries, with 95 % intervals.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import Split, halves, read_sas
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.ground_truth.ground_truth import GroundTruth
from tigertail.model import fit
from tigertail.model.registry import MIXTURE
from tigertail.signals.contract import Signal

WIDEST = 0.6  # exponents tried: from minus this to this
HALVINGS = 9  # of that range
JUDGED = (None, Stratum.HEAD, Stratum.MID, Stratum.TAIL)


@dataclass(frozen=True, eq=False)
class Asked:
    """The mixture of a model, and the queries of the lists in its codes."""

    mixture: Signal
    split: Split

    @classmethod
    def of(cls, dataset: Dataset, truth: GroundTruth) -> Asked:
        """Fit a model to a dataset."""
        return cls(fit(dataset).signals[MIXTURE], full_split(dataset, truth, k=10, seed=0))

    def answers(self, beta: float, popularity: pl.DataFrame) -> pl.DataFrame:
        """Return of each query its recall and the mean popularity of its answers, at a further exponent."""
        ids = self.split.interactions.items.ids
        lists = ranked_lists(self.mixture, self.split, (beta,))[0]
        known = ids.to_frame(c.ITEM_ID).join(popularity, on=c.ITEM_ID, how="left", maintain_order="left")
        values: NDArray[np.float64] = known["popularity"].to_numpy()
        recall = graded_metrics(lists, self.split.relevant)[:, GRADED_METRICS.index("Recall")]
        return pl.DataFrame(
            {
                c.ITEM_ID: ids.gather(self.split.query_items),
                "recall": recall,
                "popularity": np.where(lists >= 0, values[np.maximum(lists, 0)], np.nan).mean(axis=1),
            }
        )


def compare(everything: Asked, alone: Asked) -> list[list[str]]:
    """Return a row of the table for each stratum and setting."""
    split = everything.split
    facts = pl.DataFrame(
        {
            c.ITEM_ID: split.interactions.items.ids,
            "popularity": np.log1p(split.propensity),
            "stratum": split.strata,
        }
    )
    popularity, rows = facts.drop("stratum"), []
    before = alone.answers(0.0, popularity)
    for stratum in JUDGED:
        chosen = facts if stratum is None else facts.filter(pl.col("stratum") == int(stratum))
        theirs = before.join(chosen, on=c.ITEM_ID, how="semi")

        def ours(beta: float, chosen: pl.DataFrame = chosen) -> pl.DataFrame:
            return everything.answers(beta, popularity).join(chosen, on=c.ITEM_ID, how="semi")

        low, high, target = -WIDEST, WIDEST, np.nanmean(theirs["popularity"])
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            more = np.nanmean(ours(middle)["popularity"]) > target
            low, high = (middle, high) if more else (low, middle)
        for setting, beta in (("as it is", 0.0), ("equal popularity", (low + high) / 2)):
            pairs = theirs.join(ours(beta), on=c.ITEM_ID, suffix="_all")
            mean = float(pairs["recall"].to_numpy().mean())
            found = ClusterBootstrap(np.arange(len(pairs), dtype=np.int32)).estimate(
                (pairs["recall_all"] - pairs["recall"]).to_numpy()
            )
            change = (100 * each / mean for each in (found.mean, found.low, found.high))
            rows.append(
                [
                    "all" if stratum is None else stratum.label,
                    setting,
                    f"{len(pairs):,}",
                    f"{beta:+.2f}",
                    f"{mean:.3f}",
                    f"{pairs['recall_all'].mean():.3f}",
                    "{:+.1f} [{:+.1f}, {:+.1f}]".format(*change),
                ]
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("sources", nargs="+")
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    truth = halves(read_sas(None, dataset))[1]
    others = dataset.listeners.filter(~pl.col(c.SOURCE).is_in(arguments.sources))[c.LISTENER_ID]
    rows = compare(Asked.of(dataset, truth), Asked.of(dataset.without(others), truth))
    print_table(
        ["query", "setting", "queries", "further exponent", "alone", "all sources", "difference, %"],
        rows,
        title=f"recall@10 of curated lists: all sources against {', '.join(arguments.sources)} alone",
        left=["query", "setting"],
    )
    print_memory()


if __name__ == "__main__":
    main()

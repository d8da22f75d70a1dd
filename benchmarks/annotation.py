"""What annotations are worth, stratum by stratum, beside a plain TF-IDF cosine of the same labels.

    .venv/bin/python benchmarks/annotation.py DATASET
    .venv/bin/python benchmarks/annotation.py DATASET --labels 100
    .venv/bin/python benchmarks/annotation.py --digest 1000000

Both see the same annotations, without those of held-out listeners, and the same folding of labels. Cold queries
are few, so several splits are judged together; a listener held out twice is one cluster of the intervals. Split
0 is also given alone: our settings were chosen on listeners of its training part.

The second line prints which of the labels used that often make least sense, and which most; the third times the
digestion of a table of that many made-up rows, a twentieth of them garbage.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, System, hold_out
from tigertail.evaluation.scoring import EXPONENTS, score_system
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.model.config import ModelConfig
from tigertail.model.registry import FitContext
from tigertail.signals.annotation import Annotation, AnnotationConfig, fit_annotation
from tigertail.signals.annotation.fit import fit_reliability
from tigertail.signals.annotation.opinions import read_opinions
from tigertail.splitting.hold_out import Split

PLAIN = AnnotationConfig(
    beta=1.0,
    norm_floor=0.0,
    opinion_exponent=1.0,
    co_annotation_weight=0.0,
    estimate_reliability=False,
    prediction_weight=0.0,
)
CONFIGS = {
    "plain TF-IDF cosine": PLAIN,
    "ours, without trust": AnnotationConfig(estimate_reliability=False),
    "ours, without company": AnnotationConfig(co_annotation_weight=0.0),
    "ours, without prediction": AnnotationConfig(prediction_weight=0.0),
    "ours": AnnotationConfig(),
}


def system(name: str, config: AnnotationConfig) -> System:
    def fit(split: Split) -> Annotation:
        factors = FitContext(split.train, split.interactions, ModelConfig()).factors.items
        return fit_annotation(split.train, split.interactions, config, factors)

    return System(name, fit)


def compare(dataset: Dataset, seeds: list[int]) -> None:
    """Print one row per stratum of the query and system, on some splits together."""
    splits = [hold_out(dataset, ProtocolConfig(seed=seed)) for seed in seeds]
    ids = [split.profiles[c.LISTENER_ID].to_numpy()[split.query_listeners] for split in splits]
    bootstrap = ClusterBootstrap(np.unique(np.concatenate(ids), return_inverse=True)[1].astype(np.int32))
    strata = np.concatenate([split.strata[split.query_items] for split in splits])
    sweeps = {
        name: np.concatenate([score_system(system(name, config), split).sweep for split in splits], axis=2)
        for name, config in CONFIGS.items()
    }
    first = next(iter(CONFIGS))
    own = EXPONENTS.index(0.0)
    rows = []
    for stratum in Stratum:
        member = strata == stratum
        for name, sweep in sweeps.items():
            values = np.where(member, sweep, np.nan)
            base = np.where(member, sweeps[first], np.nan)
            size, sizes = bootstrap.frontier_area(values)
            plain, plains = bootstrap.frontier_area(base)
            gains = [bootstrap.estimate(values[own, i] - base[own, i]) for i in (0, 1)]
            more = bootstrap.compare(sizes, plains, size.mean - plain.mean)
            rows.append(
                [
                    stratum.label,
                    name,
                    f"{member.sum():,}",
                    *(f"{np.nanmean(values[own, i]):.4f}" for i in (0, 1)),
                    f"{size.mean:.5f}",
                    *(["", "", ""] if name == first else [str(gain) for gain in (*gains, more)]),
                ]
            )
    headings = ["query", "system", "queries", "nDCG@20", "IPS-nDCG@20", "frontier"]
    headings += ["nDCG gain", "IPS-nDCG gain", "frontier gain"]
    print_table(headings, rows, title=f"Splits {', '.join(map(str, seeds))}", left=headings[:2])


def show_labels(dataset: Dataset, uses: int, shown: int = 20) -> None:
    """Print the labels that make least and most sense, of those used often."""
    config = AnnotationConfig()
    opinions = read_opinions(dataset, Interactions.of(dataset))
    sense = fit_reliability(opinions, config).labels
    often = np.flatnonzero(np.bincount(opinions.label, minlength=len(sense)) >= uses)
    order = often[np.argsort(sense[often], kind="stable")]
    for title, labels in (("least", order[:shown]), ("most", order[::-1][:shown])):
        print(f"{title} sense: " + ", ".join(f"{opinions.names[i]} {sense[i]:.2f}" for i in labels))


def digest(size: int) -> None:
    """Print how long a table of made-up rows takes."""
    rng = np.random.default_rng(0)
    items = size // 50
    text = pl.Series([f"Label {number}" for number in range(size // 20)])
    rows = pl.DataFrame(
        {
            c.ITEM_ID: pl.Series(rng.zipf(1.3, size) % items).cast(pl.String),
            c.FACET: "tag",
            c.LABEL: text.gather(rng.zipf(1.3, size) % len(text)),
            c.WEIGHT: 1.0,
            c.SOURCE: c.CROWD,
            c.ANNOTATOR: pl.Series(rng.zipf(1.5, size) % (size // 30)).cast(pl.String),
        }
    )
    bad = pl.Series(np.where(rng.random(size) < 0.05, rng.integers(0, 4, size), -1))
    rows = rows.with_columns(
        pl.when(bad == 0).then(pl.lit("nowhere")).otherwise(c.ITEM_ID).alias(c.ITEM_ID),
        pl.when(bad == 1).then(pl.lit("  ")).otherwise(c.LABEL).alias(c.LABEL),
        pl.when(bad == 2).then(float("nan")).otherwise(c.WEIGHT).alias(c.WEIGHT),
        pl.when(bad == 3).then(pl.lit("none")).otherwise(c.SOURCE).alias(c.SOURCE),
    )
    names = pl.Series([str(number) for number in range(items)])
    plays = pl.DataFrame({c.LISTENER_ID: "l", c.ITEM_ID: names, c.PLAYS: 1.0})
    with tempfile.TemporaryDirectory() as folder:
        tables: dict[str, pl.DataFrame | pl.LazyFrame] = {c.PLAYS_TABLE: plays, c.ANNOTATIONS_TABLE: rows}
        dataset = Dataset.write(Path(folder) / "dataset", tables, name="made up")
        interactions = Interactions.of(dataset)
        for time_ in ("first (compiles)", "again"):
            start = time.perf_counter()
            signal = fit_annotation(dataset, interactions)
            signal.affinity(np.zeros(1, np.int32))
            print(f"{size:,} rows, {time_}: {time.perf_counter() - start:.1f} s")
        print(f"left out: {signal.left_out}; {signal.known.sum():,} items, {len(signal.labels):,} labels")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path, nargs="?")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--labels", type=int, metavar="USES")
    parser.add_argument("--digest", type=int, metavar="ROWS")
    arguments = parser.parse_args()
    if arguments.digest:
        digest(arguments.digest)
    if arguments.dataset and arguments.labels:
        show_labels(Dataset.open(arguments.dataset), arguments.labels)
    elif arguments.dataset:
        dataset = Dataset.open(arguments.dataset)
        compare(dataset, [0])
        compare(dataset, list(range(arguments.seeds)))


if __name__ == "__main__":
    main()

"""What the signal is worth: for artists nobody has heard, and among spammers."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import COLD
from tigertail.evaluation import ProtocolConfig, hold_out
from tigertail.evaluation.ground_truth.evaluation import full_split, graded_metrics
from tigertail.evaluation.metrics.ranking import score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.ground_truth.simulated import read_true
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.signals.annotation import AnnotationConfig, fit_annotation
from tigertail.simulation import WorldConfig, simulate

PLAIN = AnnotationConfig(
    beta=1.0, norm_floor=0.0, opinion_exponent=1.0, co_annotation_weight=0.0, estimate_reliability=False
)
RECIPE = Path(__file__).parents[3] / "recipes/hetrec.toml"


def cold_metrics(dataset: Dataset, config: AnnotationConfig) -> NDArray[np.float64]:
    """Return nDCG and IPS-nDCG of each query without a training listener."""
    split = hold_out(dataset, ProtocolConfig(seed=0))
    cold = split.strata[split.query_items] == COLD
    listeners, items = split.query_listeners[cold], split.query_items[cold]
    signal = fit_annotation(split.train, split.interactions, config)
    lists = ranked_lists(signal, replace(split, query_listeners=listeners, query_items=items))[0]
    return score_lists(lists, split.relevant, listeners, items, split.popularity)[:, :2]


def test_labels_find_neighbours_of_artists_without_a_listener(tmp_path: Path) -> None:
    if "TIGERTAIL_DATA" not in os.environ:
        pytest.skip("TIGERTAIL_DATA is not set: no real data to build from")
    dataset, _ = build(Recipe.load(RECIPE), tmp_path / "hetrec")
    ours, plain = (cold_metrics(dataset, config) for config in (AnnotationConfig(), PLAIN))
    assert np.nanmean(ours[:, 0]) > 0.035 > np.nanmean(plain[:, 0])
    assert np.nanmean(ours[:, 1]) > np.nanmean(plain[:, 1]), "and not by naming stars"


def quality(dataset: Dataset, asked: pl.Series, config: AnnotationConfig) -> float:
    """Return the nDCG against the simulated truth for some queries."""
    split = full_split(dataset, read_true(dataset), k=20)
    signal = fit_annotation(dataset, split.interactions, config)
    ndcg = graded_metrics(ranked_lists(signal, split)[0], split.relevant)[:, 0]
    ours = split.interactions.items.ids.gather(split.query_items).is_in(asked.implode())
    return float(np.nanmean(ndcg[ours.to_numpy()]))


def test_spammers_cost_far_less_than_they_cost_a_plain_cosine(tmp_path: Path) -> None:
    size = {"listeners": 1500, "artists": 800, "countries": 6, "artists_per_listener": 25}
    clean, spammed = (
        simulate(tmp_path / f"{share}", WorldConfig.checked(**size, spam_annotators=share, seed=5))
        for share in (0.0, 0.3)
    )
    asked = clean.scan("annotations").select("item_id").unique().collect()["item_id"]
    ours, plain = (
        (quality(clean, asked, config), quality(spammed, asked, config))
        for config in (AnnotationConfig(), PLAIN)
    )
    assert ours[0] > plain[0]
    assert ours[0] - ours[1] < 0.5 * (plain[0] - plain[1])

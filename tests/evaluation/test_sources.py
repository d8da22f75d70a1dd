"""A source never hurts: a world where most listeners use a service that has three in ten artists.

Listening fitted to both services is compared with listening fitted to the full service alone, by the true affinity. A
truth of taste has no popularity in it, so both are compared where their answers are equally popular on average.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.systems.own import OwnSignal
from tigertail.ground_truth.simulated import read_true
from tigertail.model.registry import LISTENING
from tigertail.simulation import WorldConfig, simulate

WORLD = WorldConfig.checked(
    listeners=1200,
    artists=400,
    countries=4,
    artists_per_listener=20,
    audio=0,
    pages=0,
    djs=0,
    services="global=0.95,full=0.05",
    catalogue=0.3,
    seed=1,
)
EXPONENTS = tuple(np.linspace(-0.5, 0.5, 21).tolist())
FULL_ALONE, BOTH, BLIND = "full service alone", "both", "both, without the source"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path: Path = tmp_path_factory.mktemp("sources") / "world"
    return simulate(path, WORLD)


@pytest.fixture(scope="module")
def recalls(world: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """Return the mean recall of each model, by whether the large service has the queried artist."""
    profiles = world.listeners
    tables = {
        c.PLAYS_TABLE: world.plays,
        c.ITEMS_TABLE: world.items,
        c.LISTENERS_TABLE: profiles.drop(c.SOURCE),
    }
    blind: Path = tmp_path_factory.mktemp("blind") / "world"
    fitted = {
        FULL_ALONE: world.without(profiles.filter(pl.col(c.SOURCE) == "global")[c.LISTENER_ID]),
        BOTH: world,
        BLIND: Dataset.write(blind, tables, name="blind"),
    }
    return by_group(world, {name: along_the_dial(world, dataset) for name, dataset in fitted.items()})


def along_the_dial(
    world: Dataset, dataset: Dataset
) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Fit listening; return the queries, the mean popularity of answers and the recalls at each exponent."""
    split = full_split(dataset, read_true(world), k=20)
    ids = split.interactions.items.ids
    plays = dict(world.plays[c.ITEM_ID].value_counts().iter_rows())
    popularity = np.log1p([plays.get(one, 0) for one in ids])
    lists = ranked_lists(OwnSignal(signal=LISTENING).fit(split), split, EXPONENTS)
    recall = [graded_metrics(one, split.relevant)[:, GRADED_METRICS.index("Recall")] for one in lists]
    queries = ids.gather(split.query_items)
    order = queries.arg_sort().to_numpy()
    return (
        queries.sort().to_list(),
        np.array([popularity[one[one >= 0]].mean() for one in lists]),
        np.stack(recall)[:, order],
    )


def by_group(
    world: Dataset, found: dict[str, tuple[list[str], NDArray[np.float64], NDArray[np.float64]]]
) -> dict[str, dict[str, float]]:
    sources = world.plays.join(world.listeners, on=c.LISTENER_ID)
    played = set(sources.filter(pl.col(c.SOURCE) == "full")[c.ITEM_ID])
    listed = world.scan(c.AVAILABILITY_TABLE).filter(pl.col(c.SOURCE) == "global").collect()
    large = set(listed[c.ITEM_ID])
    goal = found[FULL_ALONE][1][EXPONENTS.index(0.0)]
    means = {}
    for name, (queries, popularity, recall) in found.items():
        level = recall[np.abs(popularity - goal).argmin()]
        has = np.array([one in large for one in queries])
        asked = np.array([one in played for one in queries])
        means[name] = {
            "in it": float(level[asked & has].mean()),
            "missing": float(level[asked & ~has].mean()),
        }
    return means


@pytest.mark.parametrize("group", ["in it", "missing"])
def test_a_source_of_a_part_of_the_items_never_hurts(
    recalls: dict[str, dict[str, float]], group: str
) -> None:
    assert recalls[BOTH][group] >= recalls[FULL_ALONE][group]


def test_the_source_of_each_listener_helps_where_most_listeners_could_not_play_the_answers(
    recalls: dict[str, dict[str, float]],
) -> None:
    assert recalls[BOTH]["in it"] > recalls[BLIND]["in it"]

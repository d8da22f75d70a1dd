"""What an encyclopaedia states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.simulation import WorldConfig, simulate
from tigertail.simulation.countries import COUNTRIES
from tigertail.simulation.facts import state_facts
from tigertail.simulation.tagging import GENRE, true_labels
from tigertail.simulation.world import World, make_world

CONFIG = WorldConfig(listeners=200, artists=400, countries=4, artists_per_listener=20, facts=0.5)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(CONFIG, np.random.default_rng(0))


def test_the_home_stated_is_the_artists_own(world: World) -> None:
    homes = state_facts(world, np.random.default_rng(1)).filter(pl.col(c.FACET) == "hometown")
    assert len(homes) == homes["item"].n_unique() == 200
    own = [f"from {COUNTRIES[world.home[item]].code.lower()}" for item in homes["item"]]
    assert homes[c.LABEL].to_list() == own


def test_nearly_all_have_their_main_genre_stated(world: World) -> None:
    genres = state_facts(world, np.random.default_rng(1)).filter(pl.col(c.FACET) == "genre")
    main = true_labels(world)[GENRE].gather(world.genre[genres["item"].to_numpy()])
    right = genres.filter(genres[c.LABEL] == main)["item"].n_unique()
    assert 0.9 < right / 200 <= 1
    assert genres.is_unique().all()


def test_facts_come_on_top_of_tags_and_cover_cold_artists(tmp_path: Path) -> None:
    with_cold = CONFIG.model_copy(update={"cold": 0.2})
    with_them = simulate(tmp_path / "with", with_cold)
    without = simulate(tmp_path / "without", with_cold.model_copy(update={"facts": 0.0}))
    told, tags = annotations(with_them), annotations(without)
    expert = pl.col(c.SOURCE) == c.EXPERT
    assert told.filter(~expert).equals(tags)
    facts = told.filter(expert)
    assert facts[c.ANNOTATOR].null_count() == len(facts)
    assert set(facts[c.ITEM_ID]) - set(with_them.plays[c.ITEM_ID])


def annotations(dataset: Dataset) -> pl.DataFrame:
    return dataset.scan(c.ANNOTATIONS_TABLE).collect()

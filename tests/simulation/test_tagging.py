"""Who tags what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.simulation import WorldConfig, simulate
from tigertail.simulation.tagging import NOISE, TAGGERS
from tigertail.storage import checksums

SPAMMED = WorldConfig(listeners=600, artists=500, countries=8, artists_per_listener=20, spam_annotators=0.3)


@pytest.fixture(scope="module")
def spammed(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return simulate(tmp_path_factory.mktemp("spammed") / "world", SPAMMED)


def tags(dataset: Dataset) -> pl.DataFrame:
    rows = dataset.scan(c.ANNOTATIONS_TABLE).collect()
    folded = pl.col(c.LABEL).str.to_lowercase().str.replace_all("[ -]", "")
    return rows.with_columns(folded.alias("key"))


def test_people_tag_artists_they_play(small_world: Dataset) -> None:
    rows = tags(small_world)
    played = small_world.plays.rename({c.LISTENER_ID: c.ANNOTATOR})
    assert rows.join(played, on=[c.ANNOTATOR, c.ITEM_ID], how="anti").is_empty()
    assert rows[c.ANNOTATOR].n_unique() <= TAGGERS * 600
    assert rows.select(c.ITEM_ID, c.LABEL, c.ANNOTATOR).is_unique().all()


def test_most_say_where_an_artist_is_from(small_world: Dataset) -> None:
    rows = tags(small_world).join(small_world.items.select(c.ITEM_ID, c.COUNTRY), on=c.ITEM_ID)
    homes = rows.filter(pl.col("key").str.starts_with("from"))
    right = homes["key"] == "from" + homes[c.COUNTRY].str.to_lowercase()
    assert len(homes) > 50
    assert 0.8 < right.mean() < 1


def test_labels_are_spelled_in_several_ways(small_world: Dataset) -> None:
    spellings = tags(small_world).group_by("key").agg(pl.col(c.LABEL).n_unique()).sort(c.LABEL)[c.LABEL]
    assert spellings.max() == 4


def test_some_labels_say_nothing_of_the_artist(small_world: Dataset) -> None:
    noise = tags(small_world).filter(pl.col(c.LABEL).is_in(NOISE))
    assert noise[c.LABEL].n_unique() == len(NOISE)
    assert noise.group_by(c.LABEL).agg(pl.col(c.ITEM_ID).n_unique())[c.ITEM_ID].min() > 5


def test_spammers_come_on_top_and_leave_the_rest_as_it_was(small_world: Dataset, spammed: Dataset) -> None:
    honest, everybody = tags(small_world), tags(spammed)
    plays = [checksums(world.path)["plays.parquet"] for world in (small_world, spammed)]
    assert plays[0] == plays[1]
    people = everybody[c.ANNOTATOR].unique()
    players = spammed.plays[c.LISTENER_ID].unique()
    spammers = people.filter(~people.is_in(players.implode()))
    # 180 taggers, of whom a few tag nothing; 30 % of all who tag are spammers
    assert len(spammers) == round(180 * 0.3 / 0.7)
    theirs = pl.col(c.ANNOTATOR).is_in(spammers.implode())
    assert everybody.filter(~theirs).equals(honest)
    assert len(everybody.filter(theirs)) > len(honest)


def test_spammers_tag_artists_of_every_kind(spammed: Dataset) -> None:
    rows = tags(spammed)
    slogans = rows.filter(pl.col("key").str.starts_with("visitsite"))
    assert slogans["key"].n_unique() == 2
    popularity = spammed.plays.group_by(c.ITEM_ID).len()
    heard = slogans.join(popularity, on=c.ITEM_ID, how="left")["len"].fill_null(0)
    assert np.median(heard) < popularity["len"].mean() * 1.2


def test_the_same_seed_gives_the_same_tags(spammed: Dataset, tmp_path: Path) -> None:
    again = simulate(tmp_path / "again", SPAMMED)
    assert checksums(again.path) == checksums(spammed.path)

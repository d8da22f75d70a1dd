"""Every signal is fitted because its table is there, kept, and read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import SMALL_MODEL

import tigertail
from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import default_systems
from tigertail.model import Model, save
from tigertail.model.registry import FACTORS, SIGNALS
from tigertail.simulation import WorldConfig, simulate

EVERY_TABLE = {"listening", "factors", "co-listening", "annotation", "audio", "web", "sequences", "mixture"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=300, artists=200, countries=4, artists_per_listener=20)
    return simulate(tmp_path_factory.mktemp("families") / "world", config)


@pytest.fixture(scope="module")
def model(world: Dataset) -> Model:
    return tigertail.fit(world, config=SMALL_MODEL)


def test_every_table_of_a_dataset_is_learned_from(model: Model) -> None:
    assert set(model.signals) == EVERY_TABLE


def test_plays_alone_are_enough(world: Dataset, tmp_path: Path) -> None:
    plays = Dataset.write(tmp_path / "plays", {c.PLAYS_TABLE: world.plays}, name="plays alone")
    assert set(tigertail.fit(plays, config=SMALL_MODEL).signals) == {
        "listening",
        "factors",
        "co-listening",
        "mixture",
    }


def test_albums_that_know_their_artist_lean_on_them(world: Dataset, tmp_path: Path) -> None:
    items = world.items.with_columns(
        kind=world.items[c.KIND].str.replace(c.ARTIST, c.ALBUM),
        artist_id="of " + world.items[c.ITEM_ID].str.head(9),
    )
    tables = {c.PLAYS_TABLE: world.plays, c.ITEMS_TABLE: items}
    albums = Dataset.write(tmp_path / "albums", tables, name="albums")
    assert "back-off" in tigertail.fit(albums, config=SMALL_MODEL).signals


@pytest.mark.parametrize("name", sorted(EVERY_TABLE))
def test_a_signal_answers_as_before_when_its_model_is_opened_again(
    model: Model, name: str, tmp_path: Path
) -> None:
    save(model, tmp_path / "model")
    again = tigertail.load(tmp_path / "model")
    known = model.items[c.ITEM_ID].to_numpy()[model.signals[name].known]
    answers = model.neighbours(known[:5].tolist(), 5, signal=name)
    assert len(answers)
    assert again.neighbours(known[:5].tolist(), 5, signal=name).equals(answers)


def test_each_is_a_row_of_the_report(world: Dataset) -> None:
    names = {system.name for system in default_systems(SMALL_MODEL, world)}
    assert {"annotation", "audio", "web", "sequences"} <= names
    assert not names & {"pairs", "back-off", FACTORS}


def test_what_a_dataset_has_not_is_not_asked_for(world: Dataset) -> None:
    assert not SIGNALS["pairs"].has_data(world)

"""The simulated world on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.data.dataset import Dataset
from tigertail.data.simulated import WorldConfig, simulate
from tigertail.data.strata import TAIL, strata
from tigertail.errors import TigertailError
from tigertail.storage import checksums

TINY = WorldConfig(listeners=100, artists=120, countries=3, artists_per_listener=10)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = simulate(tmp_path / "first", TINY)
    again = simulate(tmp_path / "again", TINY)
    assert checksums(first.path) == checksums(again.path)


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    first = simulate(tmp_path / "first", TINY)
    other = simulate(tmp_path / "other", TINY.model_copy(update={"seed": 1}))
    assert first.fingerprint != other.fingerprint


def test_it_says_that_it_is_simulated(small_world: Dataset) -> None:
    reopened = Dataset.open(small_world.path)
    assert reopened.simulated
    assert "simulated" in reopened.name


def test_an_existing_folder_is_replaced_only_if_asked(tmp_path: Path) -> None:
    simulate(tmp_path / "world", TINY)
    with pytest.raises(TigertailError, match="already exists"):
        simulate(tmp_path / "world", TINY)
    simulate(tmp_path / "world", TINY, replace=True)


def test_every_listener_and_item_is_in_its_table(small_world: Dataset) -> None:
    plays = small_world.plays
    assert set(plays[c.LISTENER_ID]) == set(small_world.listeners[c.LISTENER_ID])
    assert set(plays[c.ITEM_ID]) <= set(small_world.items[c.ITEM_ID])
    assert plays.select(c.LISTENER_ID, c.ITEM_ID).is_unique().all()
    assert plays[c.PLAYS].min() == 1


def test_some_listeners_do_not_say_where_they_live(small_world: Dataset) -> None:
    countries = small_world.listeners[c.COUNTRY]
    assert 0.02 < countries.null_count() / len(countries) < 0.09
    assert "US" in set(countries)


def test_there_is_a_long_tail(small_world: Dataset) -> None:
    listeners = small_world.plays.group_by(c.ITEM_ID).len().sort(c.ITEM_ID)["len"].to_numpy()
    in_tail = strata(listeners.astype(np.int64)) == TAIL
    assert in_tail.mean() > 0.5
    assert np.mean(listeners <= 5) > 0.1


def test_listeners_prefer_artists_of_their_country(small_world: Dataset) -> None:
    heard = small_world.plays.join(small_world.listeners, on=c.LISTENER_ID).join(
        small_world.items.rename({c.COUNTRY: "home"}), on=c.ITEM_ID
    )
    poles = heard.filter(pl.col(c.COUNTRY) == "PL")
    polish = (pl.col("home") == "PL").mean()
    assert poles.select(polish).item() > 3 * heard.select(polish).item()

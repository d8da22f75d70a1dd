"""The simulated world on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import TAIL, strata
from tigertail.errors import TigertailError
from tigertail.simulation import WorldConfig, simulate
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


def test_an_existing_folder_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(simulate.__globals__, "make_world")
    with pytest.raises(TigertailError, match="already exists"):
        simulate(tmp_path, TINY)


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


BESIDE = (c.AUDIO_TABLE, c.DOCUMENTS_TABLE, c.MENTIONS_TABLE, c.SEQUENCES_TABLE)


def test_tables_beside_listening_change_nothing_else(tmp_path: Path, small_world: Dataset) -> None:
    config = WorldConfig(listeners=600, artists=500, countries=8, artists_per_listener=20)
    bare = simulate(tmp_path / "bare", config.model_copy(update={"audio": 0.0, "pages": 0.0, "djs": 0}))
    full, less = checksums(small_world.path), checksums(bare.path)
    assert set(full) - set(less) == {f"{table}.parquet" for table in BESIDE}
    assert all(full[file] == less[file] for file in less if file.endswith(".parquet"))


@pytest.mark.parametrize(
    ("switch", "tables"),
    [("audio", BESIDE[:1]), ("pages", BESIDE[1:3]), ("djs", BESIDE[3:])],
)
def test_each_has_a_switch_and_chance_of_its_own(
    tmp_path: Path, switch: str, tables: tuple[str, ...]
) -> None:
    with_it = simulate(tmp_path / "with", TINY)
    without = simulate(tmp_path / "without", TINY.model_copy(update={switch: 0}))
    assert {table for table in BESIDE if not without.has(table)} == set(tables)
    there, here = checksums(with_it.path), checksums(without.path)
    assert all(there[file] == here[file] for file in here if file.endswith(".parquet"))


def test_they_speak_of_artists_who_exist(small_world: Dataset) -> None:
    artists = set(small_world.items[c.ITEM_ID])
    for table in BESIDE:
        spoken_of = small_world.scan(table).select(c.ITEM_ID).collect()[c.ITEM_ID]
        assert 100 < spoken_of.n_unique() <= 500
        assert set(spoken_of) <= artists
    pages = small_world.scan(c.DOCUMENTS_TABLE).collect()
    named = pages.join(small_world.items, on=c.ITEM_ID, maintain_order="left")
    assert named[c.TITLE].to_list() == named[c.NAME].to_list()
    mentions = small_world.scan(c.MENTIONS_TABLE).collect()
    assert set(mentions[c.DOCUMENT_ID]) == set(pages[c.DOCUMENT_ID])


def test_some_artists_are_heard_by_nobody_if_asked(tmp_path: Path) -> None:
    usual = simulate(tmp_path / "usual", TINY)
    with_cold = simulate(tmp_path / "cold", TINY.model_copy(update={"cold": 0.25}))
    gone = set(usual.plays[c.ITEM_ID]) - set(with_cold.plays[c.ITEM_ID])
    assert len(set(with_cold.plays[c.ITEM_ID])) <= 120 - 30
    assert len(gone) > 20
    assert with_cold.plays[c.LISTENER_ID].n_unique() == 100
    assert with_cold.items.equals(usual.items)
    heard_on_the_radio = set(with_cold.scan(c.SEQUENCES_TABLE).collect()[c.ITEM_ID])
    assert gone & heard_on_the_radio


def test_plays_are_those_of_earlier_versions(small_world: Dataset) -> None:
    """Seeds are quoted in documents and benchmarks, so a world stays what it was."""
    assert len(small_world.plays) == 12_369
    assert small_world.plays[c.PLAYS].sum() == pytest.approx(472_843, rel=1e-3)  # rounding may tip a draw
    assert small_world.items[c.NAME].to_list()[:2] == ["Die Lönfeld Nachfelsfeld", "Свежень и Шачунежь"]


def test_shares_too_small_for_one_artist_leave_a_table_out(tmp_path: Path) -> None:
    tiny = simulate(tmp_path / "world", TINY.model_copy(update={"audio": 0.001, "pages": 0.001, "djs": 1}))
    assert [table for table in BESIDE if tiny.has(table)] == [c.SEQUENCES_TABLE]

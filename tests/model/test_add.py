"""Adding to a model: what a full fit would say of the newcomers, nothing twice, nothing in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tigertail
from tigertail.data.dataset import Dataset
from tigertail.data.simulated import WorldConfig, simulate
from tigertail.errors import DataError, ModelError
from tigertail.mixing import Mixture
from tigertail.model import Model, ModelConfig, drift, fit, load, save
from tigertail.model.drift import MOST_PLAYS, report
from tigertail.signals.local import Listening
from tigertail.storage import checksums

CONFIG = ModelConfig.model_validate({"base": {"factors": 16}, "local": {"fewest": 20}})
NORTH = {"n1": "Кино", "n2": "Sigur Rós", "n3": "The Cure", "n4": "Nirvana"}
Write = Callable[..., Dataset]


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Write plays, and tables beside them, as a dataset."""

    def written(plays: pl.DataFrame, simulated: bool = False, **tables: pl.DataFrame) -> Dataset:
        folder = tmp_path_factory.mktemp("add") / "dataset"
        return Dataset.write(folder, {"plays": plays, **tables}, name="more", simulated=simulated)

    return written


def plays(heard: Mapping[str, list[str]]) -> pl.DataFrame:
    rows = [(listener, item, 2.0) for listener, items in heard.items() for item in items]
    return pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")


@pytest.fixture(scope="module")
def parted(
    tmp_path_factory: pytest.TempPathFactory, write: Write
) -> tuple[Dataset, Dataset, Dataset, list[str]]:
    """A world in two parts by listeners; a tenth of the items is only in the second."""
    world = simulate(
        tmp_path_factory.mktemp("world") / "dataset", WorldConfig(listeners=1500, artists=400, seed=1)
    )
    listeners = world.plays["listener_id"].unique().sort()
    late = pl.col("listener_id").is_in(listeners.sample(fraction=0.2, seed=0).implode())
    hidden = world.items["item_id"].sample(fraction=0.1, seed=1)
    first = world.plays.filter(~late & ~pl.col("item_id").is_in(hidden.implode()))
    second = world.plays.filter(late)
    known = world.items.filter(~pl.col("item_id").is_in(hidden.implode()))
    beside = {"listeners": world.listeners, "annotations": world.scan("annotations").collect()}
    return (
        write(first, simulated=True, items=known, **beside),
        write(second, simulated=True, items=world.items, **beside),
        write(pl.concat([first, second]), simulated=True, items=world.items, **beside),
        hidden.to_list(),
    )


@pytest.fixture(scope="module")
def fitted(parted: tuple[Dataset, Dataset, Dataset, list[str]]) -> Model:
    return fit(parted[0], CONFIG)


@pytest.fixture(scope="module")
def added(parted: tuple[Dataset, Dataset, Dataset, list[str]], fitted: Model) -> Model:
    return fitted.add(parted[1])


@pytest.fixture(scope="module")
def full(parted: tuple[Dataset, Dataset, Dataset, list[str]]) -> Model:
    return fit(parted[2], CONFIG)


def nearest(model: Model, queries: list[str]) -> dict[str, set[str]]:
    lists = model.neighbours(queries, 20).group_by("target_item_id").agg("item_id")
    return {query: set(items) for query, items in lists.iter_rows()}


def test_neighbours_of_new_items_are_those_of_a_full_fit(
    parted: tuple[Dataset, Dataset, Dataset, list[str]], added: Model, full: Model
) -> None:
    heard = full.items.filter(pl.col("listeners") >= 5)["item_id"].to_list()
    for queries in (
        [item for item in heard if item in parted[3]],
        [item for item in heard if item not in parted[3]],
    ):
        ours, theirs = nearest(added, queries), nearest(full, queries)
        assert len(queries) >= 30
        assert np.mean([len(ours[query] & theirs[query]) / 20 for query in queries]) >= 0.8


def test_items_are_in_order_and_counted_as_in_a_full_fit(added: Model, full: Model) -> None:
    same = ["item_id", "name", "listeners", "stratum", "folded"]
    assert added.items.select(same).equals(full.items.select(same))
    for name in ("listeners", "interactions", "items with a listener"):
        assert added.metrics[name] == full.metrics[name]
    # What is only counted is that of the fit, but for the order in which listeners are summed.
    counted = [model.neighbours(top=50, signal="co-listening")["score"].to_numpy() for model in (added, full)]
    np.testing.assert_allclose(*counted, rtol=1e-4)
    ours, theirs = added.signals["listening"], full.signals["listening"]
    assert isinstance(ours, Listening)
    assert isinstance(theirs, Listening)
    np.testing.assert_array_equal(ours.popularity, theirs.popularity)
    assert ours.heard.shape == theirs.heard.shape


def test_tables_that_only_a_fit_takes_in_are_told_and_their_signals_go_along(
    parted: tuple[Dataset, Dataset, Dataset, list[str]], fitted: Model, added: Model
) -> None:
    known = fitted.items["item_id"].head(5).to_list()
    assert nearest_by(added, "annotation", known) == nearest_by(fitted, "annotation", known)
    rows = parted[1].manifest["tables"]["annotations"]
    assert added.metrics["added"][-1]["not_added"] == {"annotations": rows}
    assert f"Note: not added, for only a fit takes them in: {rows:,} annotations." in report(added)


def test_the_mixture_goes_along_as_it_was_learned(fitted: Model, added: Model, full: Model) -> None:
    before, after = fitted.signals["mixture"], added.signals["mixture"]
    assert isinstance(before, Mixture)
    assert isinstance(after, Mixture)
    assert after.learned is before.learned
    assert after.parts["listening"] is added.signals["listening"]
    assert after.listeners.tolist() == added.items["listeners"].to_list()
    heard = full.items.filter(pl.col("listeners") >= 5)["item_id"].to_list()
    lists = [model.neighbours(heard, 20).group_by("target_item_id").agg("item_id") for model in (added, full)]
    ours, theirs = ({row[0]: set(row[1]) for row in found.iter_rows()} for found in lists)
    assert np.mean([len(ours[item] & theirs[item]) / 20 for item in heard]) >= 0.7


def nearest_by(model: Model, signal: str, queries: list[str]) -> list[float]:
    return model.neighbours(queries, 10, signal=signal)["score"].to_list()


def test_the_same_bytes_for_any_number_of_threads_and_after_reading_back(
    parted: tuple[Dataset, Dataset, Dataset, list[str]], fitted: Model, added: Model, tmp_path: Path
) -> None:
    save(added, tmp_path / "whole")
    save(fitted, tmp_path / "model")
    before = checksums(tmp_path / "model")
    tigertail.add(tmp_path / "model", parted[1], dry_run=True)
    assert checksums(tmp_path / "model") == before, "a dry run leaves the folder as it is"
    again = tigertail.add(tmp_path / "model", parted[1], threads=1)
    assert checksums(tmp_path / "model" / "2") == checksums(tmp_path / "whole" / "1")
    assert load(tmp_path / "model").metrics == again.metrics == added.metrics


def test_a_newcomer_brings_the_one_scene_to_a_new_artist(model: Model, write: Write) -> None:
    heard = {f"new-{n}": ["n1", "n2", "n3", "x1"] for n in range(5)}
    names = pl.DataFrame({"item_id": ["x1"], "name": ["New One"], "kind": ["artist"]})
    after = model.add(write(plays(heard), items=names))
    assert set(after.similar("new one", 3)["name"]) == {"Кино", "Sigur Rós", "The Cure"}
    assert "New One" in after.similar("Кино", 5)["name"].to_list()
    assert after.similar("New One", signal="factors")["name"][0] in NORTH.values()
    assert model.items.height + 1 == after.items.height, "the model itself stays as it was"
    assert after.items["listeners"].is_sorted(descending=True)


def test_drift_is_told_from_the_fit_on_and_advises_when_it_is_much(model: Model, write: Write) -> None:
    assert drift(model).advice == "Nothing was added since the fit."
    one = model.add(write(plays({"a": ["n1", "n2"]})))
    entries = model.metrics["interactions"]
    assert drift(one).plays == pytest.approx(2 / entries)
    assert not drift(one).fit_again
    assert drift(one).advice.startswith("Fine")
    many = one.add(write(plays({f"b{n}": ["n1", "n2", "n3"] for n in range(5)} | {"c": ["z1"]})))
    assert drift(many).additions == 2
    assert drift(many).plays == pytest.approx(18 / entries)
    assert 18 / entries > MOST_PLAYS
    assert drift(many).items == pytest.approx(1 / 8)
    assert drift(many).fit_again
    assert drift(many).advice.startswith("Fit the model again")
    assert "(2 additions)" in report(many)[1]


def test_a_name_that_was_there_under_another_id_is_told(model: Model, write: Write) -> None:
    names = pl.DataFrame({"item_id": ["n7"], "name": ["sigur ros"], "kind": ["artist"]})
    after = model.add(write(plays({"a": ["n7", "n1"]}), items=names))
    assert any("1 new items bear the name" in line for line in report(after))


def test_plays_that_were_there_are_refused(model: Model, scenes: Dataset, write: Write) -> None:
    with pytest.raises(DataError, match="this very dataset is in the model already"):
        model.add(scenes)
    more = write(plays({"a": ["n1", "n2", "n3", "n4", "s1"]}))
    after = model.add(more)
    with pytest.raises(DataError, match="this very dataset is in the model already"):
        after.add(more)
    # The same listener under another id, with others who are too short to tell.
    with pytest.raises(DataError, match="1 of 1 listeners with 5 items or more play exactly what"):
        after.add(write(plays({"b": ["n1", "n2", "n3", "n4", "s1"], "c": ["n1"]})))


def test_what_is_of_another_kind_or_empty_or_unknown_is_refused(model: Model, write: Write) -> None:
    some = plays({"a": ["n1", "n2"]})
    with pytest.raises(DataError, match="the dataset is simulated, the model real"):
        model.add(write(some, simulated=True))
    with pytest.raises(DataError, match="not one play counts"):
        model.add(write(some.with_columns(plays=0.0)))
    with pytest.raises(DataError, match=r"plays.parquet: unknown column skips"):
        model.add(write(some.with_columns(skips=1)))


def test_a_model_without_play_counts_says_that_it_must_be_fitted_again(model: Model, write: Write) -> None:
    listening = model.signals["listening"]
    assert isinstance(listening, Listening)
    older = replace(model, signals={**model.signals, "listening": replace(listening, counted=False)})
    with pytest.raises(ModelError, match="keeps no play counts"):
        older.add(write(plays({"a": ["n1", "n2"]})))


@pytest.mark.parametrize("groups", ["none", "learned", "country-language"])
def test_every_kind_of_group_takes_newcomers(scenes: Dataset, write: Write, groups: str) -> None:
    config = {"base": {"factors": 8}, "local": {"groups": groups, "clusters": 2, "fewest": 2}}
    home = pl.DataFrame({"listener_id": ["a", "b"], "country": ["PL", None]})
    before = fit(scenes, ModelConfig.model_validate(config))
    after = before.add(write(plays({"a": ["n1", "n2"], "b": ["s1", "s2"]}), listeners=home))
    old, new = before.signals["listening"], after.signals["listening"]
    assert isinstance(old, Listening)
    assert isinstance(new, Listening)
    gained = np.diff(new.starts) - np.diff(old.starts)
    assert gained.tolist() == ([1, 1, 0] if groups == "learned" else [2])

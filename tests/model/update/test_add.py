"""Adding to a model: what a full fit would say of the newcomers, nothing twice, nothing in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tigertail
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError, ModelError
from tigertail.mixing import Mixture
from tigertail.model import Model, ModelConfig, add, drift, fit, load, save
from tigertail.model.update.drift import MAX_PAIRS_GROWTH, report
from tigertail.signals.listening import GroupedCoListening
from tigertail.simulation import WorldConfig, simulate
from tigertail.storage import checksums

CONFIG = ModelConfig.model_validate({"base": {"factors": 16}, "listening": {"min_group_size": 20}})
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
    return add(fitted, parted[1])


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
        assert added.training_summary[name] == full.training_summary[name]
    # What is only counted is that of the fit, but for the order in which listeners are summed.
    counted = [model.neighbours(top=50, signal="co-listening")["score"].to_numpy() for model in (added, full)]
    np.testing.assert_allclose(*counted, rtol=1e-4)
    ours, theirs = added.signals["listening"], full.signals["listening"]
    assert isinstance(ours, GroupedCoListening)
    assert isinstance(theirs, GroupedCoListening)
    np.testing.assert_array_equal(ours.popularity, theirs.popularity)
    assert ours.plays.shape == theirs.plays.shape


def test_what_is_said_of_newcomers_is_taken_in_and_the_rest_is_told(
    parted: tuple[Dataset, Dataset, Dataset, list[str]], fitted: Model, added: Model
) -> None:
    said = parted[1].scan("annotations").collect()["item_id"].is_in(parted[3])
    last = added.training_summary["added"][-1]
    assert last["annotations"] == said.sum() > 0
    assert (
        last["annotated"]
        == added.signals["annotation"].known.sum() - fitted.signals["annotation"].known.sum()
    )
    assert last["not_added"] == {"annotations": (~said).sum()}
    lines = report(added)
    assert f"Annotations taken in: {said.sum():,}, of {last['annotated']} items that had none." in lines
    assert f"Note: not added, because they need a fit: {(~said).sum():,} annotations." in lines


def test_annotations_of_items_that_were_there_link_them_as_before(fitted: Model, added: Model) -> None:
    known = fitted.items["item_id"].filter(pl.Series(fitted.signals["annotation"].known)).to_list()
    before, after = (model.neighbours(known, len(known), signal="annotation") for model in (fitted, added))
    old = after.filter(pl.col("item_id").is_in(known)).select("target_item_id", "item_id", "score")
    pairs = before.join(old, on=["target_item_id", "item_id"], suffix="_after")
    assert len(pairs) > 1000
    assert pairs["score"].equals(pairs["score_after"])


def test_newcomers_are_near_whom_a_full_fit_finds_near_by_what_is_said_of_them(
    parted: tuple[Dataset, Dataset, Dataset, list[str]], added: Model, full: Model
) -> None:
    known = added.items["item_id"].filter(pl.Series(added.signals["annotation"].known))
    queries = [item for item in parted[3] if item in known]
    lists = [model.neighbours(queries, 20, signal="annotation") for model in (added, full)]
    ours, theirs = (
        {row[0]: set(row[1]) for row in found.group_by("target_item_id").agg("item_id").iter_rows()}
        for found in lists
    )
    assert len(queries) >= 30
    assert np.mean([len(ours[query] & theirs[query]) / 20 for query in queries]) >= 0.8


def test_the_mixture_goes_along_as_it_was_learned(fitted: Model, added: Model, full: Model) -> None:
    before, after = fitted.signals["mixture"], added.signals["mixture"]
    assert isinstance(before, Mixture)
    assert isinstance(after, Mixture)
    assert after.parameters is before.parameters
    assert after.parts["listening"] is added.signals["listening"]
    assert after.listeners.tolist() == added.items["listeners"].to_list()
    heard = full.items.filter(pl.col("listeners") >= 5)["item_id"].to_list()
    lists = [model.neighbours(heard, 20).group_by("target_item_id").agg("item_id") for model in (added, full)]
    ours, theirs = ({row[0]: set(row[1]) for row in found.iter_rows()} for found in lists)
    assert np.mean([len(ours[item] & theirs[item]) / 20 for item in heard]) >= 0.7


def test_the_same_bytes_for_any_number_of_threads_and_after_reading_back(
    parted: tuple[Dataset, Dataset, Dataset, list[str]], fitted: Model, added: Model, tmp_path: Path
) -> None:
    save(added, tmp_path / "whole")
    save(fitted, tmp_path / "model")
    before = checksums(tmp_path / "model")
    tigertail.add(tmp_path / "model", parted[1], dry_run=True)
    assert checksums(tmp_path / "model") == before, "a dry run leaves the folder as it is"
    again = tigertail.add(tmp_path / "model", parted[1], threads=1)
    for folder in ("model/2", "whole/1"):
        (tmp_path / folder / "manifest.json").unlink()  # it counts generations
    assert checksums(tmp_path / "model" / "2") == checksums(tmp_path / "whole" / "1")
    assert load(tmp_path / "model").training_summary == again.training_summary == added.training_summary


def test_lists_from_candidates_are_right_after_an_addition(added: Model) -> None:
    mixture = added.signals["mixture"]
    assert isinstance(mixture, Mixture)
    assert mixture.has_candidates
    ranked, exact = added.neighbours(top=10), added.neighbours(top=10, exact=True)
    assert ranked["item_id"].equals(exact["item_id"])
    np.testing.assert_allclose(ranked["score"], exact["score"], rtol=1e-5)


def test_a_newcomer_brings_the_one_scene_to_a_new_artist(model: Model, write: Write) -> None:
    heard = {f"new-{n}": ["n1", "n2", "n3", "x1"] for n in range(5)}
    names = pl.DataFrame({"item_id": ["x1"], "name": ["New One"], "kind": ["artist"]})
    after = add(model, write(plays(heard), items=names))
    assert set(after.similar("new one", 3)["name"]) == {"Кино", "Sigur Rós", "The Cure"}
    assert "New One" in after.similar("Кино", 5)["name"].to_list()
    assert after.similar("New One", signal="factors")["name"][0] in NORTH.values()
    assert model.items.height + 1 == after.items.height, "the model itself stays as it was"
    assert after.items["listeners"].is_sorted(descending=True)


TAGGED = {"n1": "cold, dark", "n2": "cold", "s1": "warm", "s2": "warm, bright"}


def tags(said: Mapping[str, str]) -> pl.DataFrame:
    rows = [
        (item, "tag", label.strip(), 1.0, "crowd", who)
        for item, labels in said.items()
        for label in labels.split(",")
        for who in ("ann", "bob")
    ]
    columns = ["item_id", "facet", "label", "weight", "source", "annotator"]
    return pl.DataFrame(rows, columns, orient="row")


def artists(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"item_id": ids, "name": [f"New {item}" for item in ids], "kind": "artist"})


@pytest.fixture(scope="module")
def tagged(scenes: Dataset, write: Write) -> Model:
    dataset = write(scenes.plays, items=scenes.items, annotations=tags(TAGGED))
    return fit(dataset, ModelConfig.model_validate({"base": {"factors": 8}}))


@pytest.mark.parametrize("heard", [{"new": ["s1", "s2"]}, {}], ids=["plays of others", "no play that counts"])
def test_an_artist_nobody_has_heard_has_neighbours_at_once(
    tagged: Model, write: Write, heard: dict[str, list[str]]
) -> None:
    some = plays(heard) if heard else plays({"new": ["s1"]}).with_columns(plays=0.0)
    more = write(some, items=artists("x1", "x2"), annotations=tags({"x1": "Cold, dark", "x2": "warm, zeuhl"}))
    after = add(tagged, more)
    # Two labels in common, then one; x2 has none, only that it has no listener either lifts it.
    assert after.similar("New x1", 3)["item_id"].to_list() == ["n1", "n2", "x2"]
    assert set(after.similar("New x2", 2)["item_id"]) == {"s1", "s2"}
    assert after.similar("New x1", 1, why=True)["why"][0][0]["evidence"] == "both dark, cold"
    # A star outshines who has no listener; asked for those, it finds the right one.
    assert after.similar("n1", strata=["cold"])["item_id"][0] == "x1"
    assert "x1" in after.similar("n1", signal="annotation")["item_id"].to_list()
    assert tagged.items.height + 2 == after.items.height, "the model itself stays as it was"
    last = after.training_summary["added"][-1]
    assert (last["annotations"], last["annotated"], last["not_added"]) == (8, 2, {})
    assert (
        after.training_summary["listeners"] - tagged.training_summary["listeners"]
        == len(heard)
        == last["listeners"]
    )


def test_annotations_alone_leave_listening_as_it_is(tagged: Model, write: Write, tmp_path: Path) -> None:
    nothing = plays({"new": ["s1"]}).with_columns(plays=0.0)
    more = write(nothing, items=artists("a0", "x1"), annotations=tags({"x1": "cold", "a0": "warm"}))
    after = add(tagged, more)
    for signal in ("listening", "factors", "co-listening"):
        before, now = (model.neighbours(signal=signal) for model in (tagged, after))
        assert now.equals(before)
    assert after.training_summary["added"][-1]["changed"] == 0
    assert not after.signals["listening"].known[after.index.match("a0").code]
    save(tagged, tmp_path / "model")
    assert add(load(tmp_path / "model"), more).version is None, "it is not that on disk"
    save(after, tmp_path / "model")
    again = add(load(tmp_path / "model"), write(plays({"b": ["n1", "x1"]}), annotations=tags({"n3": "cold"})))
    assert set(again.similar("x1", 3, signal="annotation")["item_id"]) == {"n1", "n2", "n3"}


def test_without_anything_new_said_or_played_there_is_nothing_to_add(tagged: Model, write: Write) -> None:
    nothing = plays({"new": ["n1"]}).with_columns(plays=0.0)
    with pytest.raises(DataError, match="no valid play, and no annotation of an item that had none"):
        add(tagged, write(nothing, items=artists("x1"), annotations=tags({"n1": "warm"})))
    with pytest.raises(DataError, match="nothing to add"):
        add(tagged, write(nothing, items=artists("x1")))


def test_what_is_said_but_cannot_be_used_is_told(tagged: Model, write: Write) -> None:
    said = tags({"x1": "cold, New x1", "unheard of": "cold", "n1": "warm"})
    after = add(tagged, write(plays({"new": ["x1", "n1"]}), items=artists("x1"), annotations=said))
    lines = report(after)
    assert "Annotations taken in: 2, of 1 items that had none." in lines
    assert any("they need a fit: 2 annotations" in line for line in lines)
    reasons = "2 (the item is not in the catalogue), 2 (the label is the item's own name)"
    assert f"Note: annotations that cannot be used: {reasons}." in lines


def test_a_signal_that_remembers_no_labels_takes_nothing_in(tagged: Model, write: Write) -> None:
    older = replace(tagged.signals["annotation"], lexicon=None)
    model = replace(tagged, signals={**tagged.signals, "annotation": older})
    after = add(
        model, write(plays({"new": ["n1", "n2"]}), items=artists("x1"), annotations=tags({"x1": "cold"}))
    )
    assert after.training_summary["added"][-1]["not_added"] == {"annotations": 2}
    assert not after.signals["annotation"].known[after.index.match("x1").code]


def test_drift_is_told_from_the_fit_on_and_advises_when_it_is_much(model: Model, write: Write) -> None:
    assert drift(model).advice == "Nothing was added since the fit."
    one = add(model, write(plays({"a": ["n1", "n2"]})))
    entries = model.training_summary["interactions"]
    assert drift(one).pairs == pytest.approx(2 / entries)
    assert not drift(one).fit_again
    assert drift(one).advice.startswith("Fine")
    many = add(one, write(plays({f"b{n}": ["n1", "n2", "n3"] for n in range(5)} | {"c": ["z1"]})))
    assert drift(many).additions == 2
    assert drift(many).pairs == pytest.approx(18 / entries)
    assert 18 / entries > MAX_PAIRS_GROWTH
    assert drift(many).items == pytest.approx(1 / 8)
    assert drift(many).fit_again
    assert drift(many).advice.startswith("Fit the model again")
    assert "(2 additions)" in report(many)[1]


def test_a_name_that_was_there_under_another_id_is_told(model: Model, write: Write) -> None:
    names = pl.DataFrame({"item_id": ["n7"], "name": ["sigur ros"], "kind": ["artist"]})
    after = add(model, write(plays({"a": ["n7", "n1"]}), items=names))
    assert any("1 new items have the name" in line for line in report(after))


def test_plays_that_were_there_are_refused(model: Model, scenes: Dataset, write: Write) -> None:
    with pytest.raises(DataError, match="this dataset is in the model already"):
        add(model, scenes)
    more = write(plays({"a": ["n1", "n2", "n3", "n4", "s1"]}))
    after = add(model, more)
    with pytest.raises(DataError, match="this dataset is in the model already"):
        add(after, more)
    # The same listener under another id, with others who are too short to tell.
    with pytest.raises(DataError, match="1 of 1 listeners with 5 items or more play exactly what"):
        add(after, write(plays({"b": ["n1", "n2", "n3", "n4", "s1"], "c": ["n1"]})))


def test_a_few_listeners_who_were_there_are_told(model: Model, write: Write) -> None:
    long = ["n1", "n2", "n3", "n4", "s1"]
    after = add(model, write(plays({"a": long})))
    twice = add(after, write(plays({"b": long, "c": [*long[1:], "s2"], "d": ["n1"]})))
    assert any("1 listeners with 5 items or more play exactly what" in line for line in report(twice))
    assert not any("play exactly what" in line for line in report(after))


def test_what_is_of_another_kind_or_empty_or_unknown_is_refused(model: Model, write: Write) -> None:
    some = plays({"a": ["n1", "n2"]})
    with pytest.raises(DataError, match="the dataset is simulated, the model real"):
        add(model, write(some, simulated=True))
    tracks = pl.DataFrame({"item_id": ["n1", "t1"], "name": ["Кино", "Song"], "kind": ["artist", "track"]})
    with pytest.raises(DataError, match=r"(?s)of the kind track, .*add items of the kind artist"):
        add(model, write(plays({"a": ["n1", "t1"]}), items=tracks))
    with pytest.raises(DataError, match=r"of the kind track, and none of the model's is"):
        add(
            model,
            write(some, items=tracks.with_columns(item_id=pl.Series(["n1", "n2"]), kind=pl.lit("track"))),
        )
    with pytest.raises(DataError, match="an item is in the catalogue twice"):
        add(model, write(some, items=tracks.with_columns(item_id=pl.lit("n1"), kind=pl.lit("artist"))))
    with pytest.raises(DataError, match="no valid play"):
        add(model, write(some.with_columns(plays=0.0)))
    with pytest.raises(DataError, match=r"plays.parquet: unknown column skips"):
        add(model, write(some.with_columns(skips=1)))


@pytest.mark.parametrize("listed", [["t1"], None], ids=["listed in part", "without a table"])
def test_what_no_table_lists_is_of_the_kind_of_the_model(write: Write, listed: list[str] | None) -> None:
    tracks = pl.DataFrame({"item_id": ["t1", "t2", "t3"], "name": ["One", "Two", "Three"], "kind": "track"})
    heard = {f"u{n}": ["t1", "t2", "t3"] for n in range(6)}
    model = fit(write(plays(heard), items=tracks), CONFIG)
    tables = {} if listed is None else {"items": tracks.filter(pl.col("item_id").is_in(listed))}
    after = add(model, write(plays({"v": ["t1", "t4"]}), **tables))
    assert dict(after.items.select("item_id", "kind").iter_rows()) == dict.fromkeys(
        ("t1", "t2", "t3", "t4"), "track"
    )


def test_a_model_without_play_counts_says_that_it_must_be_fitted_again(model: Model, write: Write) -> None:
    listening = model.signals["listening"]
    assert isinstance(listening, GroupedCoListening)
    older = replace(model, signals={**model.signals, "listening": replace(listening, counted=False)})
    with pytest.raises(ModelError, match="keeps no play counts"):
        add(older, write(plays({"a": ["n1", "n2"]})))


@pytest.mark.parametrize("groups", ["none", "learned", "country-language"])
def test_every_kind_of_group_takes_newcomers(scenes: Dataset, write: Write, groups: str) -> None:
    config = {"base": {"factors": 8}, "listening": {"groups": groups, "clusters": 2, "min_group_size": 2}}
    home = pl.DataFrame({"listener_id": ["a", "b"], "country": ["PL", None]})
    before = fit(scenes, ModelConfig.model_validate(config))
    after = add(before, write(plays({"a": ["n1", "n2"], "b": ["s1", "s2"]}), listeners=home))
    old, new = before.signals["listening"], after.signals["listening"]
    assert isinstance(old, GroupedCoListening)
    assert isinstance(new, GroupedCoListening)
    gained = np.diff(new.starts) - np.diff(old.starts)
    assert gained.tolist() == ([1, 1, 0] if groups == "learned" else [2])


def test_an_added_track_has_all_that_is_known_of_its_artist(write: Write) -> None:
    mbid = "00000000-0000-4000-8000-000000000001"
    columns = ["item_id", "name", "kind", "artist_id", "artist_name", "mbid"]
    known = [
        ("kino", "Кино", "artist", None, None, mbid),
        ("gruppa", "Группа крови", "track", "kino", None, None),
        ("cure", "The Cure", "artist", None, None, None),
        ("lullaby", "Lullaby", "track", "cure", None, None),
    ]
    new = [
        ("pachka", "Пачка сигарет", "track", "кино", "КИНО", None),
        ("lullaby-2", "Lullaby", "track", "shakespears sister", "Shakespears Sister", None),
    ]
    before, after = (pl.DataFrame(rows, columns, orient="row") for rows in (known, known + new))
    ids = [row[0] for row in known]
    model = fit(write(plays({f"u{n}": ids[n % 2 :] for n in range(12)}), items=before), CONFIG)
    newcomers = plays({f"v{n}": [*ids[:2], "pachka", "lullaby-2"] for n in range(3)})
    more = add(model, write(newcomers, items=after))
    for asked, item in [("Кино - Пачка сигарет", "pachka"), ("Shakespears Sister - Lullaby", "lullaby-2")]:
        assert more.items["item_id"][more.index.match(asked).code] == item
    found = more.items.filter(pl.col("item_id") == "pachka").row(0, named=True)
    assert (found["artist_id"], found["artist_name"], found["artist_mbids"]) == ("kino", "КИНО", [mbid])
    assert more.items["item_id"][more.index.match("The Cure - Lullaby").code] == "lullaby"

"""Every signal is fitted because its table is there, kept, and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numba
import polars as pl
import pytest
from tests.support import SMALL_MODEL

import tigertail
from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.evaluation import default_systems
from tigertail.model import Model, add, save
from tigertail.model.config import ModelConfig
from tigertail.model.registry import FACTORS, SIGNALS, FitContext
from tigertail.signals.backoff.signal import NO_ARTIST, BackOff
from tigertail.signals.contract import FittedSignal
from tigertail.signals.listening import GroupedCoListening
from tigertail.simulation import WorldConfig, simulate

EVERY_TABLE = {"listening", "factors", "co-listening", "annotation", "audio", "web", "sequences", "mixture"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=300, artists=200, countries=4, artists_per_listener=20)
    return simulate(tmp_path_factory.mktemp("families") / "world", config)


@pytest.fixture(scope="module")
def model(world: Dataset) -> Model:
    return tigertail.fit(world, config=SMALL_MODEL)


def test_every_signal_is_fitted_with_the_threads_that_are_asked_for(world: Dataset) -> None:
    given = []

    def fit(context: FitContext, _: None) -> FittedSignal:
        given.append(numba.get_num_threads())
        return SIGNALS[FACTORS].fit(context)

    context = FitContext(world, Interactions.of(world), SMALL_MODEL, threads=1)
    replace(SIGNALS[FACTORS], fit_function=fit, config_field=None).fit(context)
    assert given == [1]


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


def test_a_track_leans_on_the_item_that_its_artist_is(tmp_path: Path) -> None:
    plays = [("ann", "t1"), ("ann", "t2"), ("bob", "t1"), ("bob", "t3"), ("cid", "t2")]
    items = {
        "item_id": ["x:7", "t1", "t2", "t3"],
        "name": ["Can", "Halleluwah", "Vitamin C", "Outdoor Miner"],
        "kind": ["artist", "track", "track", "track"],
        "artist_id": [None, "can", "can", "wire"],  # what their credits say, folded
    }
    frame = pl.DataFrame(plays, ["listener_id", "item_id"], orient="row").with_columns(plays=1.0)
    made = Dataset.write(tmp_path / "tracks", {"plays": frame, "items": pl.DataFrame(items)}, name="tracks")
    context = FitContext(made, Interactions.of(made), SMALL_MODEL)
    backoff = SIGNALS["back-off"].fit(context)
    assert isinstance(backoff, BackOff)
    can, one, two, other = context.interactions.items.codes(pl.Series(["x:7", "t1", "t2", "t3"]))
    assert (
        backoff.artist_of[can] == backoff.artist_of[one] == backoff.artist_of[two] != backoff.artist_of[other]
    )
    assert context.dataset.items["artist_id"].to_list() == items["artist_id"], (
        "the dataset keeps what it was given"
    )


def test_tracks_of_various_artists_have_no_artist_to_lean_on() -> None:
    tracks = {
        "artist": ["Various Artists", "Various Artists", "Can"],
        "track": ["One", "Two", "Outdoor Miner"],
    }
    plays = {"user": ["ann", "ann", "bob"], **tracks}
    made = Dataset.of(plays, kind="track")
    backoff = SIGNALS["back-off"].fit(FitContext(made, Interactions.of(made), SMALL_MODEL))
    assert isinstance(backoff, BackOff)
    assert (backoff.artist_of == NO_ARTIST).sum() == 2
    plays["artist"] = ["Various Artists"] * 3
    assert not SIGNALS["back-off"].has_data(Dataset.of(plays, kind="track"))


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


def two_sources(path: Path, names: tuple[str, str] = ("shop", "library")) -> Dataset:
    """A shop sells a star and an idol; a library lends the star and a local band."""
    sold = [(f"s{n:02}", item, 1.0) for n in range(30) for item in ("star", "idol")]
    lent = [(f"l{n:02}", item, 1.0) for n in range(10) for item in ("star", "local")]
    plays = pl.DataFrame(sold + lent, ["listener_id", "item_id", "plays"], orient="row")
    listeners = plays.select("listener_id").unique(maintain_order=True)
    source = pl.col("listener_id").str.head(1).replace(dict(zip("sl", names, strict=True)))
    return Dataset.write(
        path, {"plays": plays, "listeners": listeners.with_columns(source=source)}, name="two"
    )


def affinity(dataset: Dataset, query: str, item: str) -> float:
    context = FitContext(dataset, Interactions.of(dataset), ModelConfig())
    codes = context.interactions.items.codes(pl.Series([query, item]))
    vectors = context.factors.items
    return float(vectors[codes[0]] @ vectors[codes[1]])


def test_a_listener_who_could_not_play_an_item_is_no_evidence_against_it(tmp_path: Path) -> None:
    apart = two_sources(tmp_path / "apart")
    together = two_sources(tmp_path / "together", names=("one", "one"))
    assert affinity(apart, "star", "local") > affinity(together, "star", "local")


def test_with_one_source_every_pair_could_be_observed(tmp_path: Path) -> None:
    dataset = two_sources(tmp_path / "one", names=("one", "one"))
    assert FitContext(dataset, Interactions.of(dataset), ModelConfig()).observable is None


def test_an_artist_is_in_the_catalogue_of_whoever_plays_a_track(tmp_path: Path) -> None:
    """The plays name tracks; the same plays, counted for artists, are observable pairs too."""
    tracks = two_sources(tmp_path / "tracks")
    artists = Interactions.build(tracks.plays.with_columns(item_id="by " + pl.col("item_id")))
    exposure = FitContext(tracks, artists, ModelConfig()).exposure
    offered = dict(zip(artists.items.ids, exposure.offered.T.tolist(), strict=True))
    assert exposure.names == ("library", "shop")
    assert offered == {"by star": [True, True], "by idol": [False, True], "by local": [True, False]}


def test_a_model_keeps_what_its_listeners_could_play_and_newcomers_join_them(tmp_path: Path) -> None:
    model = tigertail.fit(two_sources(tmp_path / "data"), config=SMALL_MODEL)
    save(model, tmp_path / "model")
    read = tigertail.load(tmp_path / "model")
    plays = pl.DataFrame({"listener_id": ["n"] * 2, "item_id": ["star", "new"], "plays": [1.0, 1.0]})
    profile = pl.DataFrame({"listener_id": ["n"], "source": ["library"]})
    newcomer = Dataset.write(tmp_path / "new", {"plays": plays, "listeners": profile}, name="new")
    for known, sizes, exposed in (
        (read, [10, 30], {"star": 40, "idol": 30, "local": 10}),
        (add(read, newcomer), [11, 30], {"star": 41, "idol": 30, "local": 11, "new": 11}),
    ):
        listening = known.signals["listening"]
        assert isinstance(listening, GroupedCoListening)
        exposure = listening.exposure
        assert exposure is not None
        assert exposure.names == ("library", "shop")
        assert exposure.sizes.tolist() == sizes
        assert dict(zip(known.items["item_id"], exposure.exposed.tolist(), strict=True)) == exposed

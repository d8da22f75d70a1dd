"""Frames of every library become one dataset, in memory."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

import tigertail
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import Exposure
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.errors import DataError, TigertailWarning

PLAYS = {"user": ["ann", "ann", "bob"], "artist": ["Queen", "Kult", "Queen"], "count": [5, 2, 1]}
TRIPLES = [("ann", "kult", 2.0), ("ann", "queen", 5.0), ("bob", "queen", 1.0)]


class OnlyArrow:
    """What DuckDB, PyArrow and others give: a stream in Arrow's form, and nothing else."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def triples(dataset: Dataset) -> list[tuple[Any, ...]]:
    return dataset.plays.select("listener_id", "item_id", "plays").rows()


@pytest.mark.parametrize(
    "frame",
    [
        PLAYS,
        pd.DataFrame(PLAYS),
        pd.DataFrame(PLAYS).set_index(["user", "artist"])["count"],
        pd.DataFrame(PLAYS).astype({"user": "category", "artist": "category", "count": "Int64"}),
        pl.DataFrame(PLAYS),
        pl.LazyFrame(PLAYS),
        OnlyArrow(pl.DataFrame(PLAYS)),
        {name: np.array(values) for name, values in PLAYS.items()},
    ],
    ids=["mapping", "pandas", "pandas-series", "pandas-types", "polars", "lazy", "arrow", "numpy"],
)
def test_a_frame_of_any_library(frame: Any) -> None:
    dataset = Dataset.of(frame)
    assert triples(dataset) == TRIPLES
    assert dataset.items["name"].to_list() == ["Kult", "Queen"]
    assert dataset.listeners["listener_id"].to_list() == ["ann", "bob"]


def test_rows_without_a_count_are_plays_and_are_counted() -> None:
    log = {"userId": [1, 1, 1], "artist_id": [7, 7, 8]}
    assert triples(Dataset.of(log)) == [("1", "7", 2.0), ("1", "8", 1.0)]


@pytest.mark.parametrize(
    "ids",
    [
        [7, 8],
        np.array([7, 8], np.uint16),
        [uuid.UUID(int=7), uuid.UUID(int=8)],
        ["seven", 8],
        pd.Categorical(["seven", "eight"]),
        [b"seven", b"eight"],
        [7.0, 8.0],
    ],
    ids=["int", "uint16", "uuid", "mixed", "categorical", "bytes", "float"],
)
def test_ids_of_any_type_become_text(ids: Any) -> None:
    found = Dataset.of({"listener_id": ["ann", "ann"], "item_id": ids}).plays["item_id"].to_list()
    assert found == sorted(
        one.decode() if isinstance(one, bytes) else str(int(one)) if isinstance(one, float) else str(one)
        for one in ids
    )


def test_nulls_are_left_out_and_counted() -> None:
    plays = pd.DataFrame({"user": ["ann", None, "bob"], "artist": ["Queen", "Kult", np.nan], "n": [1, 1, 1]})
    with pytest.warns(
        TigertailWarning, match=r"plays: 2 of 3 rows left out: no item name \(1\), no listener"
    ):
        dataset = Dataset.of(plays)
    assert triples(dataset) == [("ann", "queen", 1.0)]


@pytest.mark.parametrize("names", [pd.Categorical(["[unknown]", "Kult"]), [b"[unknown]", b"Kult"]])
def test_a_name_that_stands_for_nothing_is_no_item_whatever_its_type(names: Any) -> None:
    with pytest.warns(TigertailWarning, match=r"plays: 1 of 2 rows left out: no item name"):
        dataset = Dataset.of({"user": ["ann", "ann"], "artist": names})
    assert dataset.items["name"].to_list() == ["Kult"]


def test_columns_of_other_names_are_given() -> None:
    plays = {"kto": ["ann"], "zespół": ["Kult"], "ile": [3]}
    columns = {"listener_id": "kto", "name": "zespół", "plays": "ile"}
    assert triples(Dataset.of(plays, columns=columns)) == [("ann", "kult", 3.0)]
    items = {"zespół": ["Kult"], "kto": ["PL"]}  # the same name means something else in another frame
    per_frame = {"plays": columns, "items": {"name": "zespół", "country": "kto"}}
    assert Dataset.of(plays, items, columns=per_frame).items["country"].to_list() == ["PL"]


def test_further_frames_are_joined_by_any_reference() -> None:
    dataset = Dataset.of(
        PLAYS,
        items={"artist": ["QUEEN", "Kult", "Nobody Yet"], "country": ["United Kingdom", "Polska", None]},
        listeners={"id": ["ann", "bob"], "country": ["PL", "de"], "lang": ["pl", "German"]},
        annotations={"artist": ["Kult", "Kult"], "tag": ["rock", "polish"]},
        sequences={"playlist": ["p", "p"], "artist": ["Kult", "Queen"]},
    )
    assert dict(dataset.items.select("item_id", "country").iter_rows()) == {
        "kult": "PL", "queen": "GB", "nobody yet": None
    }  # fmt: skip
    assert dataset.listeners.rows() == [("ann", "PL", "pl"), ("bob", "DE", "de")]
    assert dataset.scan("annotations").select("item_id", "facet", "label").collect().rows() == [
        ("kult", "tag", "polish"),
        ("kult", "tag", "rock"),
    ]
    assert dataset.scan("sequences").collect()["position"].to_list() == [1, 2]


def test_a_row_with_a_list_of_items_is_a_row_for_each() -> None:
    plays = pl.DataFrame({"user": ["ann", "bob"], "artist": [["Queen", "Kult"], ["Kult"]]})
    assert triples(Dataset.of(plays)) == [("ann", "kult", 1.0), ("ann", "queen", 1.0), ("bob", "kult", 1.0)]


def test_a_list_is_a_playlist_in_its_order() -> None:
    shows = {"playlist": ["p", "q"], "artist": [["Queen", "Kult"], ["Kult", "Queen"]]}
    sequences = Dataset.of(PLAYS, sequences=shows).scan("sequences").collect()
    assert sequences.select("sequence_id", "position", "item_id").rows() == [
        ("p", 1, "queen"),
        ("p", 2, "kult"),
        ("q", 3, "kult"),
        ("q", 4, "queen"),
    ]


def test_times_and_ratings() -> None:
    plays = pd.DataFrame(
        {
            "user": ["ann", "ann"],
            "artist": ["Kult", "Kult"],
            "stars": [5, 3],
            "listened_at": pd.to_datetime(["2026-01-02 04:00+01:00", "2026-01-01 00:00+01:00"]),
        }
    )
    found = Dataset.of(plays, rating_scale=(1, 5)).plays.row(0, named=True)
    assert found["rating"] == 0.75
    assert found["last_played"] == datetime(2026, 1, 2, 3, tzinfo=UTC)


def test_tracks_have_artists() -> None:
    plays = {"user": ["ann"], "track": ["Vitamin C"], "artist": ["Can"]}
    [item] = Dataset.of(plays, kind="track").items.to_dicts()
    assert (item["name"], item["artist_name"], item["kind"]) == ("Vitamin C", "Can", "track")


MATRIX = sparse.csr_array(np.array([[5, 2, 0], [1, 0, 0]]))


@pytest.mark.parametrize("layout", ["csr", "csc", "coo", "lil"])
def test_a_sparse_matrix_is_listeners_by_items(layout: str) -> None:
    dataset = Dataset.of(MATRIX.asformat(layout), items=["Queen", "Kult", "New"], listeners=["ann", "bob"])
    assert triples(dataset) == [("ann", "Kult", 2.0), ("ann", "Queen", 5.0), ("bob", "Queen", 1.0)]
    assert sorted(dataset.items["item_id"]) == ["Kult", "New", "Queen"]  # also what has no listener


def test_without_ids_the_places_in_the_matrix_are_ids() -> None:
    assert triples(Dataset.of(sparse.csr_matrix(MATRIX))) == [
        ("0", "0", 5.0),
        ("0", "1", 2.0),
        ("1", "0", 1.0),
    ]


def test_frames_beside_a_matrix_have_a_row_for_each_place() -> None:
    dataset = Dataset.of(
        MATRIX,
        items=pd.DataFrame({"artist": ["Queen", "Kult", "New"]}),
        listeners={"user": ["ann", "bob"], "country": ["PL", "DE"]},
    )
    assert dict(dataset.items.select("item_id", "name").iter_rows()) == {
        "0": "Queen",
        "1": "Kult",
        "2": "New",
    }
    assert dataset.listeners.rows() == [("ann", "PL"), ("bob", "DE")]


def test_the_service_of_each_listener_says_what_they_could_play() -> None:
    dataset = Dataset.of(PLAYS, listeners={"user": ["ann", "bob"], "source": ["radio", "shop"]})
    items = Vocabulary(pl.Series(["queen", "kult"]))
    exposure = Exposure.of(dataset, pl.Series(["ann", "bob"]), items)
    assert exposure.offered[exposure.catalogue_of].tolist() == [[True, True], [True, False]]


def test_the_service_is_that_of_the_listener_however_ids_are_written() -> None:
    plays = {"user": [1, 2, 3], "artist": ["a", "b", "c"]}
    dataset = Dataset.of(plays, listeners={"user": [1.0, 2.0], "source": [" radio ", ""]})
    renamed = Dataset.of(
        plays, listeners={"user": [1, 2], "Service": ["radio", None]}, columns={"source": "Service"}
    )
    capital = Dataset.of(plays, listeners={"user": [1, 2], "Source": ["radio", None]})
    assert dataset.listeners.equals(renamed.listeners)
    assert dataset.listeners.equals(capital.listeners)
    assert dataset.listeners.select("listener_id", "source").rows() == [
        ("1", "radio"),
        ("2", None),
        ("3", None),
    ]


def test_a_row_without_a_listener_or_a_service_does_not_change_how_the_others_are_read() -> None:
    people = {"user": ["1.0", "2.0", "3.0", ""], "source": ["7.0", "8.0", "", "7.0"]}
    with pytest.warns(TigertailWarning, match=r"listeners: 1 of 4 rows left out: no listener"):
        dataset = Dataset.of({"user": [1, 2, 3], "artist": ["a", "b", "c"]}, listeners=people)
    assert dataset.listeners.rows() == [("1", "7"), ("2", "8"), ("3", None)]


RATED = {"user": [1], "artist": ["a"], "stars": [3]}
WRONG = [
    ({"plays": {"user": [1], "band_": [2], "x": [1]}, "columns": {"name": "bnd"}}, "no column 'bnd' in plays"),
    ({"plays": {"user": [1], "x": [2]}}, "plays: no column for the item"),
    ({"plays": {"who": [1], "artist": [2]}}, "plays: no column for the listener"),
    ({"plays": {"user": [1, 2], "artist": ["a", "b"], "n": [1, -2]}}, "plays: rows whose plays is negative: 1"),
    ({"plays": {"user": [], "artist": []}}, "plays is empty"),
    ({"plays": [("ann", "Queen")]}, "plays is of type list"),
    ({"plays": {"user": "ann", "artist": ["a"]}}, "'user' is of type str, not a column"),
    ({"plays": {"user": [True], "artist": ["a"]}}, "column 'user' is of type Boolean"),
    ({"plays": RATED}, "'stars' has ratings, but of which scale"),
    ({"plays": RATED, "rating_scale": (5, 1)}, "5 is not below 1"),
    ({"plays": RATED, "rating_scale": (3, 3)}, "3 is not below 3"),
    ({"plays": RATED, "rating_scale": 5}, "'5' is not the lowest and the highest rating"),
    ({"plays": RATED, "rating_scale": (1, float("inf"))}, "rating_scale: expected a finite number"),
    ({"plays": PLAYS, "rating_scale": (1, 5)}, "rating_scale is given, and plays has no column of ratings"),
    ({"plays": {"user": [1, 2], "artist": ["a"]}}, "the columns differ in length"),
    ({"plays": PLAYS, "columns": {"listner": "user"}}, "columns: unknown column 'listner'"),
    ({"plays": PLAYS, "columns": {"tracks": {"name": "artist"}}}, "columns: no frame 'tracks'"),
    ({"plays": PLAYS, "columns": ["user"]}, "columns is of type list"),
    ({"plays": PLAYS, "kind": "band"}, "unknown kind 'band'"),
    ({"plays": PLAYS, "listeners": {"user": ["ann"], "source": ["everything"]}}, "cannot be called 'everything'"),
    ({"plays": PLAYS, "listeners": {"user": ["ann"], "net": [True]}, "columns": {"source": "net"}},
     "listeners: column 'net' is of type Boolean, which cannot be read as source"),
    ({"plays": sparse.coo_array(np.array([5, 2]))}, "the matrix of plays has the shape (2,)"),
    ({"plays": MATRIX, "items": ["Queen"]}, "items has 1 rows; the matrix of plays has 3 columns"),
    ({"plays": MATRIX, "items": ["Queen", "Queen", "Kult"]}, "items: two have the same item_id"),
    ({"plays": MATRIX, "items": ["Queen", "Queen ", "Kult"]}, "items: two have the same item_id"),
    ({"plays": MATRIX, "listeners": [b"ann", b" ann"]}, "listeners: two have the same listener_id"),
    ({"plays": MATRIX, "listeners": [["ann"], ["bob"]]}, "listeners: column 'listener_id' is of type List(String)"),
    ({"plays": MATRIX, "columns": {"listener_id": "who"}}, "give its ids as listeners=[...] and items=[...]"),
    ({"plays": MATRIX, "columns": {"items": {"name": "who"}}}, "give its ids as listeners=[...] and items=[...]"),
    ({"plays": MATRIX, "items": {"band": ["a", "b", "c"]}, "columns": {"listener_id": "who"}},
     "give its ids as listeners=[...] and items=[...]"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "problem"), WRONG, ids=[problem for _, problem in WRONG])
def test_what_is_wrong_is_said_by_argument(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(DataError) as caught:
        Dataset.of(**arguments)
    assert problem in str(caught.value)
    assert caught.value.remedy
    assert "--" not in str(caught.value)  # nobody here typed a command


@pytest.mark.parametrize("made_from", [tigertail.fit, tigertail.evaluate])
def test_what_takes_no_scale_says_what_does(made_from: Callable[[Any], Any]) -> None:
    with pytest.raises(DataError) as caught:
        made_from(RATED)
    assert "Dataset.of(plays, rating_scale=(1, 5))" in caught.value.remedy


def test_an_item_that_has_no_column_may_be_named_in_every_way() -> None:
    with pytest.raises(DataError) as caught:
        Dataset.of({"user": ["ann"], "pop group": ["Queen"]})
    assert 'columns={"item_id": ...} or columns={"name": ...} or' in caught.value.remedy


def test_items_of_another_kind_than_was_asked_for_may_be_meant() -> None:
    with pytest.raises(DataError) as caught:
        Dataset.of({"user": ["ann"], "Song": ["Innuendo"]})
    assert 'or Dataset.of(..., kind="track")' in caught.value.remedy
    assert "album" not in caught.value.remedy


def test_the_kind_that_was_asked_for_is_no_remedy() -> None:
    with pytest.raises(DataError, match="plays: no column for the item") as caught:
        Dataset.of({"user": ["ann"], "artist": ["Queen"]}, columns={"artist_name": "artist"})
    assert "kind=" not in caught.value.remedy


@pytest.mark.parametrize("number", ["N°", "Nº", "n°"])
def test_a_number_of_the_row_is_no_count(number: str) -> None:
    log = {number: [7, 8], "user": ["ann", "bob"], "artist": ["Queen", "Kult"]}
    assert triples(Dataset.of(log)) == [("ann", "queen", 1.0), ("bob", "kult", 1.0)]


@pytest.mark.parametrize(
    "count", ["playCount", "Play count", "play\u00a0count", "\ufeffplay-count", "(play.count)"]
)
def test_blanks_and_signs_between_words_are_as_one(count: str) -> None:
    assert triples(Dataset.of({"user": ["ann"], "artist": ["Queen"], count: [7]})) == [("ann", "queen", 7.0)]


def test_the_name_of_an_item_is_in_name_and_that_of_a_person_beside_artist() -> None:
    plays = {"artist": ["Queen"], "name": ["ann"]}
    items = {"artist": ["Queen"], "name": ["Freddie's band"]}
    found = Dataset.of(plays, items=items, columns={"plays": {"listener_id": "name"}}).items["name"]
    assert found.to_list() == ["Freddie's band", "Queen"]


def test_an_unknown_table_is_an_unknown_argument() -> None:
    with pytest.raises(TypeError, match="unknown argument 'song'"):
        Dataset.of(PLAYS, song=PLAYS)


def test_if_no_row_can_be_used_there_is_no_dataset() -> None:
    with (
        pytest.warns(TigertailWarning, match="1 of 1 rows left out"),
        pytest.raises(DataError, match=r"no row that can be used: no listener \(1\)"),
    ):
        Dataset.of({"user": [None], "artist": ["Queen"]})


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    Dataset.of(PLAYS, items={"artist": ["Queen"], "country": ["GB"]})
    assert list(tmp_path.iterdir()) == []


def test_the_whole_way_without_a_file() -> None:
    rng = np.random.default_rng(0)
    scene = np.repeat([0, 1], 30)
    plays = pd.DataFrame(
        [
            (f"u{who}", f"artist {5 * side + what}")
            for who, side in enumerate(scene)
            for what in rng.permutation(5)[:4]
        ],
        columns=["user", "artist"],
    )
    model = tigertail.fit(plays)
    assert set(model.similar("artist 1", n=4)["name"]) == {"artist 0", "artist 2", "artist 3", "artist 4"}
    assert model.provenance.dataset == "frames"
    report = tigertail.evaluate(plays, reference="popularity")
    assert {row.system for row in report.rows} >= {"popularity", "mixture"}


def test_rows_about_no_known_item_are_left_out_and_counted() -> None:
    shows = {"playlist": ["p", "p", "p"], "artist": ["Kult", "Queen", "Kvlt"]}
    pairs = {"name_a": ["Kult", "Kult"], "name_b": ["Kult", "Queen"], "count": [1, 2]}
    with pytest.warns(TigertailWarning) as caught:
        dataset = Dataset.of(PLAYS, sequences=shows, pairs=pairs)
    assert sorted(str(one.message) for one in caught) == [
        "pairs: an item paired with itself, left out: 1 rows",
        "sequences: about no known item, left out: 1 rows, such as 'Kvlt'",
    ]
    assert dataset.scan("sequences").collect()["item_id"].to_list() == ["kult", "queen"]
    assert dataset.scan("pairs").collect().height == 1


def test_of_several_services_of_a_listener_the_first_counts() -> None:
    people = {"user": ["ann", "bob", "ann", "ann", "bob"], "source": ["radio", "shop", "shop", "net", "shop"]}
    with pytest.warns(TigertailWarning, match="listeners: 1 with several sources, of which the first counts"):
        dataset = Dataset.of(PLAYS, listeners=people)
    assert dataset.listeners.select("listener_id", "source").rows() == [("ann", "radio"), ("bob", "shop")]


def test_a_name_beside_an_artist_is_that_of_a_person_or_of_a_list() -> None:
    plays = pl.DataFrame({"user_id": [1, 2], "name": ["Ann Smith", "Bob"], "artist": ["Queen", "Kult"]})
    lists = pl.DataFrame({"playlist_id": ["p", "p"], "name": ["Party", "Party"], "artist": ["Kult", "Queen"]})
    dataset = Dataset.of(plays, sequences=lists)
    assert sorted(dataset.items["name"]) == ["Kult", "Queen"]
    assert dataset.scan("sequences").collect().height == 2


@pytest.mark.parametrize("names", [("Plays", "plays"), ("plays", "Plays")])
def test_of_two_spellings_of_a_column_our_own_is_taken(names: tuple[str, str]) -> None:
    counts = {"Plays": [7, 8], "plays": [1, 2]}
    frame = {"user": ["ann", "bob"], "artist": ["Queen", "Kult"]} | {name: counts[name] for name in names}
    assert triples(Dataset.of(frame)) == [("ann", "queen", 1.0), ("bob", "kult", 2.0)]

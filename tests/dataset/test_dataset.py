from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from tests.support import damages

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.summary import describe
from tigertail.errors import DataError, TigertailError

PLAYS = pl.DataFrame(
    {"listener_id": ["ann", "bob", "bob", "eve"], "item_id": ["a", "a", "b", "c"], "plays": [1, 2, 3, 4]}
)
LISTENERS = pl.DataFrame({"listener_id": ["ann", "bob", "eve"], "country": ["PL", "SN", None]})
ANNOTATIONS = pl.DataFrame(
    {
        "item_id": ["a", "a", "b", "c"],
        "facet": "genre",
        "label": ["rock", "pop", "jazz", "folk"],
        "weight": 1.0,
        "source": ["crowd", "crowd", "crowd", "expert"],
        "annotator": ["ann", "bob", "bob", None],
    }
)


def write(folder: Path, **tables: pl.DataFrame) -> Dataset:
    return Dataset.write(folder / "dataset", {"plays": PLAYS, **tables}, name="small")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return write(tmp_path, listeners=LISTENERS, annotations=ANNOTATIONS)


def test_every_trace_of_a_listener_taken_out_is_gone(dataset: Dataset) -> None:
    view = dataset.without(pl.Series(["bob"]))
    assert view.plays["listener_id"].to_list() == ["ann", "eve"]
    assert view.listeners["listener_id"].to_list() == ["ann", "eve"]
    assert view.scan("annotations").collect()["label"].to_list() == ["rock", "folk"]
    assert dataset.plays.height == 4, "the dataset itself is as it was"


def test_a_sequence_by_a_listener_or_with_the_id_of_one_goes_with_them(tmp_path: Path) -> None:
    sequences = pl.DataFrame(
        {
            "sequence_id": ["bob", "mine", "bob's", "hers"],
            "position": 0,
            "item_id": "a",
            "curator": ["dj", None, "bob", "ann"],
        }
    )
    for table in (sequences, sequences.drop("curator")):
        seen = write(tmp_path / str(table.width), sequences=table).without(pl.Series(["bob"]))
        left = seen.scan("sequences").collect()["sequence_id"].to_list()
        assert left == (["mine", "hers"] if "curator" in table.columns else ["mine", "bob's", "hers"])


def test_views_of_views_add_up(dataset: Dataset) -> None:
    view = dataset.without(pl.Series(["bob"])).without(pl.Series(["ann"]))
    assert view.plays["listener_id"].to_list() == ["eve"]
    assert view.scan("annotations").collect()["label"].to_list() == ["folk"], (
        "nobody made it, so nobody hides it"
    )
    assert dataset.without(pl.Series([], dtype=pl.String)).plays.equals(dataset.plays)


def test_items_may_have_other_ids(dataset: Dataset) -> None:
    first = dataset.plays["item_id"][0]
    view = dataset.renamed(pl.DataFrame({"item_id": [first], "new": ["another"]}))
    assert view.plays["item_id"].to_list() == dataset.plays["item_id"].replace(first, "another").to_list()
    without_eve = view.without(pl.Series(["eve"]))
    assert without_eve.plays["item_id"][0] == "another"
    assert without_eve.whole().plays.equals(view.plays)
    assert dataset.plays["item_id"][0] == first


def test_items_that_have_other_ids_may_have_others_again(dataset: Dataset) -> None:
    first, second = dataset.plays["item_id"].unique(maintain_order=True)[:2]
    view = dataset.renamed(pl.DataFrame({"item_id": [first], "new": ["another"]}))
    again = view.renamed(
        pl.DataFrame({"item_id": ["another", second, first], "new": ["third", first, "none"]})
    )
    expected = dataset.plays["item_id"].replace({first: "third", second: first})
    assert again.plays["item_id"].to_list() == expected.to_list()


def test_plays_of_unknown_time_are_before_no_moment(tmp_path: Path) -> None:
    dataset = write(tmp_path)
    assert dataset.until(datetime(2026, 1, 1, tzinfo=UTC)).plays.is_empty()


def test_moments_of_views_add_up_too(tmp_path: Path) -> None:
    years = [datetime(year, 6, 1, tzinfo=UTC) for year in (2001, 2003, 2005, 2007)]
    dataset = write(tmp_path, plays=PLAYS.with_columns(last_played=pl.Series(years)))
    early = dataset.until(datetime(2004, 1, 1, tzinfo=UTC))
    assert early.plays["item_id"].to_list() == ["a", "a"]
    assert early.until(datetime(2020, 1, 1, tzinfo=UTC)).plays.equals(early.plays), "hidden is hidden"
    assert early.until(datetime(2002, 1, 1, tzinfo=UTC)).plays["listener_id"].to_list() == ["ann"]


def test_a_moment_has_a_time_zone(dataset: Dataset) -> None:
    with pytest.raises(DataError, match="has no time zone") as error:
        dataset.until(datetime(2004, 1, 1))
    assert "tzinfo=UTC" in error.value.remedy


def test_items_that_have_other_artists_may_have_other_ids(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": ["a", "b", "c"], "name": ["A", "B", "C"], "kind": "track"})
    artists = pl.DataFrame({"item_id": ["a", "b"], "artist_id": ["one", "two"]})
    view = write(tmp_path, items=items).with_artist_ids(artists)
    renamed = view.renamed(pl.DataFrame({"item_id": ["a"], "new": ["z"]}))
    assert renamed.items.select("item_id", "artist_id").rows() == [("z", "one"), ("b", "two"), ("c", None)]


def test_a_table_that_is_not_there_is_named_beside_those_that_are(dataset: Dataset) -> None:
    with pytest.raises(DataError, match="no table 'pairs'") as error:
        dataset.scan("pairs")
    assert "plays" in error.value.remedy


def test_a_dataset_read_back_is_the_one_written(dataset: Dataset) -> None:
    again = Dataset.open(dataset.path)
    assert again.fingerprint == dataset.fingerprint
    assert again.plays.equals(dataset.plays)
    assert repr(again) == "<Dataset small: 4 plays, 3 listeners, 4 annotations>"
    assert not again.simulated


def test_plays_alone_are_enough(tmp_path: Path) -> None:
    dataset = write(tmp_path)
    assert dataset.items.rows() == [("a", "a", "artist"), ("b", "b", "artist"), ("c", "c", "artist")]
    assert dataset.listeners["listener_id"].to_list() == ["ann", "bob", "eve"]
    assert dataset.without(pl.Series(["eve"])).listeners["listener_id"].to_list() == ["ann", "bob"]
    assert not dataset.has("items")
    with pytest.raises(DataError, match="no table 'items'"):
        dataset.scan("items")


def test_the_fingerprint_is_that_of_the_data(tmp_path: Path) -> None:
    first = write(tmp_path / "one")
    again = Dataset.write(tmp_path / "two", {"plays": PLAYS}, name="called otherwise")
    other = Dataset.write(tmp_path / "three", {"plays": PLAYS.reverse()}, name="small")
    assert first.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"items": pl.DataFrame()}, "needs a table of plays"),
        ({"plays": PLAYS.head(0)}, "the data has no plays"),
        ({"plays": PLAYS.with_columns(plays=pl.lit("often"))}, "table 'plays' has a column of another type"),
        ({"plays": PLAYS.drop("item_id")}, "'plays' lacks the column item_id"),
    ],
)
def test_what_is_no_dataset_is_not_written(
    tmp_path: Path, tables: dict[str, pl.DataFrame], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        Dataset.write(tmp_path / "dataset", tables, name="small")
    assert not list(tmp_path.iterdir())


def test_an_existing_dataset_is_replaced_only_when_told(dataset: Dataset) -> None:
    with pytest.raises(TigertailError, match="already exists"):
        write(dataset.path.parent)
    Dataset.write(dataset.path, {"plays": PLAYS.head(1)}, name="small", replace=True)
    assert Dataset.open(dataset.path).plays.height == 1


def change_manifest(dataset: Dataset, **changes: object) -> None:
    file = dataset.path / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), "utf-8")


def test_a_folder_that_cannot_be_used_is_an_error_with_a_remedy(dataset: Dataset) -> None:
    def refused(path: Path, message: str) -> None:
        with pytest.raises(DataError, match=message) as error:
            Dataset.open(path)
        assert error.value.remedy

    refused(dataset.path.parent, "not a Tigertail dataset")
    refused(dataset.path / "nowhere", "no such dataset")
    refused(dataset.path / ("x" * 300), "cannot be read")
    change_manifest(dataset, version=99)
    refused(dataset.path, "dataset format 99")
    change_manifest(dataset, magic="shop")
    refused(dataset.path, "not a Tigertail dataset")
    (dataset.path / "manifest.json").write_text("{")
    refused(dataset.path, "damaged manifest")


def test_a_damaged_table_is_an_error_with_a_remedy(dataset: Dataset) -> None:
    file = dataset.path / "plays.parquet"
    PLAYS.drop("plays").write_parquet(file)
    with pytest.raises(DataError, match="lacks the column plays"):
        _ = Dataset.open(dataset.path).plays
    file.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataError, match="cannot be read"):
        _ = Dataset.open(dataset.path).plays
    file.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        _ = Dataset.open(dataset.path).plays


def test_a_table_cut_short_in_its_data_is_an_error_with_a_remedy(dataset: Dataset) -> None:
    # The footer still describes the table; what it describes is no longer there.
    file = dataset.path / "plays.parquet"
    content = bytearray(file.read_bytes())
    content[4:40] = bytes(36)
    file.write_bytes(content)
    for use in (lambda: Dataset.open(dataset.path).plays, lambda: describe(Dataset.open(dataset.path))):
        with pytest.raises(DataError, match=r"plays\.parquet: cannot be read"):
            use()


def test_wherever_a_table_is_damaged_it_is_read_or_refused(dataset: Dataset) -> None:
    for _ in damages(dataset.path / "plays.parquet"):
        with suppress(DataError):
            _ = Dataset.open(dataset.path).plays


def test_in_memory_a_dataset_is_the_same_as_in_its_folder(scenes: Dataset) -> None:
    memory = Dataset.in_memory({"plays": scenes.plays, "items": scenes.items}, name="scenes")
    assert memory.path is None
    assert memory.fingerprint == scenes.fingerprint
    assert repr(memory) == repr(scenes)
    assert memory.plays.equals(scenes.plays)
    assert memory.listeners.equals(scenes.listeners)


def test_views_of_a_dataset_in_memory_hide_the_same(scenes: Dataset) -> None:
    memory = Dataset.in_memory({"plays": scenes.plays, "items": scenes.items}, name="scenes")
    away = scenes.listeners["listener_id"].head(3)
    hidden = memory.without(away)
    assert hidden.plays.equals(scenes.without(away).plays)
    assert hidden.whole().plays.equals(scenes.plays)
    ids = pl.DataFrame({"item_id": ["n1"], "new": ["kino"]})
    assert "kino" in memory.renamed(ids).items["item_id"]


def test_in_memory_too_there_are_plays_and_required_columns() -> None:
    with pytest.raises(DataError, match="no plays"):
        Dataset.in_memory({}, name="nothing")
    with pytest.raises(DataError, match="lacks the column"):
        Dataset.in_memory({"plays": pl.DataFrame({"listener_id": ["ann"]})}, name="half")
    with pytest.raises(DataError, match="of another type"):
        Dataset.in_memory({"plays": PLAYS.with_columns(plays=pl.lit("often"))}, name="often")


def test_views_that_hide_share_the_items_and_renamed_ones_have_their_own(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": ["a", "b", "c"], "name": ["A", "B", "C"], "kind": "artist"})
    dataset = write(tmp_path, items=items)
    assert dataset.without(pl.Series(["bob"])).items is not dataset.items, "read before the dataset read them"
    assert dataset.without(pl.Series(["bob"])).items is dataset.items
    renamed = dataset.renamed(pl.DataFrame({"item_id": ["a"], "new": ["z"]}))
    assert renamed.items["item_id"].to_list() == ["z", "b", "c"]
    assert renamed.without(pl.Series(["bob"])).items["item_id"].to_list() == ["z", "b", "c"]

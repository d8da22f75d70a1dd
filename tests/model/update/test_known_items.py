"""Which items of a dataset a model has already."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series
from tigertail.model import Model, ModelConfig
from tigertail.model.model import Provenance
from tigertail.model.update.known_items import with_known_ids

ONE, TWO, THREE = (f"{number}{number * 7}-0000-4000-8000-00000000000a" for number in "123")
ITEMS = [  # id, name, mbid
    ("kino", "Кино", None),
    ("can", "Can", ONE),
    ("nirvana", "Nirvana", TWO),
    ("77", "Shop's Own", None),
    ("sade", "Sade", None),
    ("sade (2)", "SADE", None),
    ("zappa", "Zappa", "unknown"),
]
ALIASES = [("kino", "name", "Kino", "kino"), ("can", "mbid", THREE.upper(), None)]


@pytest.fixture
def model() -> Model:
    items = pl.DataFrame(ITEMS, ["item_id", "name", "mbid"], orient="row")
    items = items.with_columns(fold_series(items["name"]).alias("folded"), pl.lit("artist").alias("kind"))
    aliases = pl.DataFrame(ALIASES, ["item_id", "scheme", "alias", "folded"], orient="row")
    return Model(items, {}, ModelConfig(), Provenance("toy", "", False), aliases=aliases)


def known(model: Model, folder: Path, *rows: tuple[str, str, str | None]) -> dict[str, str]:
    """Return the ids of some items before and after."""
    plays = pl.DataFrame(
        {"listener_id": ["u"] * len(rows), "item_id": [row[0] for row in rows], "plays": 1.0}
    )
    items = pl.DataFrame(rows, ["item_id", "name", "mbid"], orient="row", infer_schema_length=None)
    items = items.with_columns(pl.lit("artist").alias("kind"), pl.col("mbid").cast(pl.String))
    found = with_known_ids(model, Dataset.write(folder / "new", {"plays": plays, "items": items}, name="new"))
    assert found.plays["item_id"].sort().to_list() == found.items["item_id"].sort().to_list()
    return dict(zip([row[0] for row in rows], found.items["item_id"], strict=True))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("can", "Can", None), "can"),  # the same id
        (("kino", "Кино", ONE[:-1] + "9"), "kino"),  # whose MBID has become known
        (("x1", "Can Can", ONE), "can"),  # the same MBID
        (("x1", "Can Can", THREE), "can"),  # an MBID that was merged into it, in any letter case
        (("KINO!", "Kino", None), "kino"),  # a known spelling
        (("zorbl", "Zorbl", None), "zorbl"),  # a new item
        (("nirvana", "Nirvana", ONE[:-1] + "9"), ONE[:-1] + "9"),  # another artist of that name
        (("nirvana", "Nirvana", ONE), "can"),  # another artist of that name, whom the model has
        (("78", "Shop's own", None), "78"),  # another id of the shop
        (("x1", "Sade", None), "x1"),  # which of two?
        (("x1", "Zorbl", "unknown"), "x1"),  # what is no MBID is none
    ],
)
def test_an_item_is_known_by_id_mbid_or_name(
    model: Model, tmp_path: Path, row: tuple[str, str, str | None], expected: str
) -> None:
    assert known(model, tmp_path, row) == {row[0]: expected}


def test_two_items_never_become_one(model: Model, tmp_path: Path) -> None:
    assert known(model, tmp_path, ("a1", "Kino", None), ("a2", "Кино", None)) == {"a1": "a1", "a2": "a2"}
    (tmp_path / "more").mkdir()
    rows = ("kino", "Кино", None), ("a2", "Kino", None)
    assert known(model, tmp_path / "more", *rows) == {"kino": "kino", "a2": "a2"}


def test_an_item_of_the_same_id_and_mbid_is_known_though_another_has_that_mbid(
    model: Model, tmp_path: Path
) -> None:
    rows = ("nirvana", "Nirvana", TWO), ("b7", "Nirvana (US)", TWO)
    assert known(model, tmp_path, *rows) == {"nirvana": "nirvana", "b7": "b7"}


def test_a_track_is_known_by_its_artist_and_title(tmp_path: Path) -> None:
    """Not by its title: many tracks are called Intro."""
    tracks = [("can - intro", "Intro", "Can"), ("can - halleluwah", "Halleluwah", "Can"), ("7", "Solo", None)]
    columns = ["item_id", "name", "artist_name"]
    items = pl.DataFrame(tracks, columns, orient="row").with_columns(pl.lit("track").alias("kind"))
    items = items.with_columns(fold_series(items["name"]).alias("folded"))
    model = Model(items, {}, ModelConfig(), Provenance("toy", "", False))
    new = [("fall - intro", "Intro", "The Fall"), ("x", "HALLELUWAH", "CAN"), ("y", "Solo", "Neu!")]
    plays = pl.DataFrame({"listener_id": "u", "item_id": [row[0] for row in new], "plays": 1.0})
    given = pl.DataFrame(new, columns, orient="row").with_columns(pl.lit("track").alias("kind"))
    dataset = Dataset.write(tmp_path / "new", {"plays": plays, "items": given}, name="new")
    found = with_known_ids(model, dataset).items
    assert dict(found.select("name", "item_id").iter_rows()) == {
        "Intro": "fall - intro",
        "HALLELUWAH": "can - halleluwah",
        "Solo": "y",
    }


def test_a_track_that_no_table_lists_is_known_by_its_mbid(tmp_path: Path) -> None:
    items = pl.DataFrame(
        {"item_id": ["7"], "name": ["Solo"], "folded": ["solo"], "kind": ["track"], "mbid": [ONE]}
    )
    model = Model(items, {}, ModelConfig(), Provenance("toy", "", False))
    plays = pl.DataFrame({"listener_id": ["u"], "item_id": [ONE], "plays": [1.0]})
    found = with_known_ids(model, Dataset.write(tmp_path / "new", {"plays": plays}, name="new"))
    assert found.plays["item_id"].to_list() == ["7"]


def test_an_item_without_a_kind_is_of_the_kind_of_the_model(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": ["solo"], "name": ["Solo"], "folded": ["solo"], "kind": ["track"]})
    model = Model(items, {}, ModelConfig(), Provenance("toy", "", False))
    plays = pl.DataFrame({"listener_id": ["u"], "item_id": ["7"], "plays": [1.0]})
    named = pl.DataFrame({"item_id": ["7"], "name": ["SOLO"], "kind": pl.Series([None], dtype=pl.String)})
    dataset = Dataset.write(tmp_path / "new", {"plays": plays, "items": named}, name="new")
    assert with_known_ids(model, dataset).plays["item_id"].to_list() == ["solo"]

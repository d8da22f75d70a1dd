"""What each listener could have heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import EVERYTHING, Exposure, stated_availability
from tigertail.dataset.vocabulary import Vocabulary

# A kiosk sells a and b. A shop sells a, b, c and d. A traveller could hear everything; nobody has played e.
PLAYS = pl.DataFrame(
    [
        ("kim", "a"),
        ("kit", "b"),
        ("sam", "a"),
        ("sam", "c"),
        ("sue", "b"),
        ("sue", "d"),
        ("tom", "a"),
    ],
    schema=[c.LISTENER_ID, c.ITEM_ID],
    orient="row",
).with_columns(pl.lit(1.0).alias(c.PLAYS))
LISTENERS = pl.DataFrame(
    {
        c.LISTENER_ID: ["kim", "kit", "sam", "sue", "tom"],
        c.COUNTRY: ["PL", None, "PL", "SE", None],
        c.SOURCE: ["kiosk", "kiosk", "shop", "shop", None],
    }
)
NAMES = list("abcde")
ITEMS = pl.DataFrame({c.ITEM_ID: NAMES, c.NAME: NAMES, c.KIND: ["artist"] * 5})


def world(folder: Path, *available: tuple[str, str | None, str | None]) -> Dataset:
    tables = {c.PLAYS_TABLE: PLAYS, c.LISTENERS_TABLE: LISTENERS, c.ITEMS_TABLE: ITEMS}
    if available:
        schema = dict.fromkeys((c.ITEM_ID, c.SOURCE, c.COUNTRY), pl.String)
        tables[c.AVAILABILITY_TABLE] = pl.DataFrame(available, schema=schema, orient="row")
    return Dataset.write(folder / "world", tables, name="world")


def exposure(dataset: Dataset) -> Exposure:
    return Exposure.of(dataset, LISTENERS[c.LISTENER_ID], Vocabulary(pl.Series(NAMES)))


def offers(dataset: Dataset) -> dict[str, str]:
    """Return the items that each listener could hear."""
    made = exposure(dataset)
    rows = made.offered[made.catalogue_of]
    return {
        who: "".join(np.array(NAMES)[row]) for who, row in zip(LISTENERS[c.LISTENER_ID], rows, strict=True)
    }


def test_a_source_offers_what_its_listeners_play(tmp_path: Path) -> None:
    assert offers(world(tmp_path)) == {"kim": "ab", "kit": "ab", "sam": "abcd", "sue": "abcd", "tom": "abcde"}


def test_hidden_listeners_count_for_the_catalogue(tmp_path: Path) -> None:
    dataset = world(tmp_path)
    assert offers(dataset.without(pl.Series(["kit", "sue"]))) == offers(dataset)


def test_a_list_of_a_source_replaces_what_is_played_and_keeps_own_plays(tmp_path: Path) -> None:
    found = offers(world(tmp_path, ("e", "kiosk", None)))
    assert (found["kim"], found["kit"]) == ("abe", "abe")  # listed: e; played there: a and b
    assert found["sam"] == "abcd"


def test_a_list_of_a_country_narrows_every_source_there(tmp_path: Path) -> None:
    found = offers(world(tmp_path, ("a", None, "PL"), ("e", None, "PL")))
    assert found["kim"] == "a"
    assert found["sam"] == "ac"  # c is not listed, but Sam plays it
    assert (found["kit"], found["sue"], found["tom"]) == ("ab", "abcd", "abcde")


def test_a_list_of_a_source_in_a_country_leaves_other_sources_alone(tmp_path: Path) -> None:
    found = offers(world(tmp_path, ("a", "kiosk", "PL")))
    assert (found["kim"], found["kit"], found["sam"]) == ("a", "ab", "abcd")


@pytest.mark.parametrize("available", [(), (("e", "shop", None),), (("e", None, "PL"), ("e", None, "SE"))])
def test_own_plays_always_belong_to_the_catalogue(
    tmp_path: Path, available: tuple[tuple[str, str | None, str | None], ...]
) -> None:
    found = offers(world(tmp_path, *available))
    assert all(item in found[who] for who, item, _ in PLAYS.iter_rows())


def test_listeners_are_counted_by_item_and_by_catalogue(tmp_path: Path) -> None:
    made = exposure(world(tmp_path))
    assert dict(zip(made.names, made.sizes.tolist(), strict=True)) == {EVERYTHING: 1, "kiosk": 2, "shop": 2}
    assert made.exposed.tolist() == [5, 5, 3, 3, 1]
    assert made.rows(np.array([4, 0])).exposed.tolist() == [2, 2, 1, 1, 1]


def test_items_of_the_same_catalogues_share_a_pattern(tmp_path: Path) -> None:
    made = exposure(world(tmp_path))
    patterns, pattern = made.item_patterns()
    assert np.array_equal(patterns[pattern].T, made.offered)
    assert pattern[0] == pattern[1]
    assert pattern[2] == pattern[3]
    assert len(patterns) == 3


def test_without_sources_everything_could_be_heard(tmp_path: Path) -> None:
    bare = Dataset.write(tmp_path / "bare", {c.PLAYS_TABLE: PLAYS}, name="bare")
    assert exposure(bare).offered.all()
    assert Exposure.full(3, 2).exposed.tolist() == [3, 3]
    assert not exposure(world(tmp_path)).offered.all()


def test_no_listeners_have_no_catalogue(tmp_path: Path) -> None:
    nobody = Exposure.of(world(tmp_path), pl.Series([], dtype=pl.String), Vocabulary(pl.Series(NAMES)))
    assert (nobody.catalogue_of.dtype, nobody.sizes.tolist(), nobody.exposed.tolist()) == (
        np.int32,
        [],
        [0] * 5,
    )


def test_new_items_are_in_the_whole_catalogue_alone(tmp_path: Path) -> None:
    made = exposure(world(tmp_path))
    moved = made.moved(np.array([5, 4, 3, 2, 1]), 6)
    assert dict(zip(moved.names, moved.offered[:, 0].tolist(), strict=True)) == {
        EVERYTHING: True,
        "kiosk": False,
        "shop": False,
    }
    assert np.array_equal(moved.offered[:, :0:-1], made.offered)


@pytest.mark.parametrize(("guests", "shop_has_it"), [(1, True), (5, False)])
def test_what_hardly_anybody_could_hear_counts_as_heard_by_all(
    tmp_path: Path, guests: int, shop_has_it: bool
) -> None:
    people = [f"sam{number}" for number in range(300)], [f"gil{number}" for number in range(guests)]
    plays = [(who, "a") for group in people for who in group] + [(who, "find") for who in people[1]]
    tables = {
        c.PLAYS_TABLE: pl.DataFrame(plays, schema=[c.LISTENER_ID, c.ITEM_ID], orient="row").with_columns(
            pl.lit(1.0).alias(c.PLAYS)
        ),
        c.LISTENERS_TABLE: pl.DataFrame(
            {c.LISTENER_ID: people[0] + people[1], c.SOURCE: ["shop"] * 300 + [None] * guests}
        ),
    }
    dataset = Dataset.write(tmp_path / "guests", tables, name="guests")
    items = Vocabulary(pl.Series(["a", "find"]))
    whole = Exposure.of(dataset, dataset.listeners[c.LISTENER_ID], items)
    assert whole.offered[whole.names.index("shop")].tolist() == [True, shop_has_it]
    shop, home = (Exposure.of(dataset, pl.Series(group), items) for group in people)
    joined = shop.joined(home)
    assert joined.offered[joined.names.index("shop")].tolist() == [True, shop_has_it]


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param([], id="sources offer what is played"),
        pytest.param([("c", "kiosk", None), ("e", "shop", None)], id="sources list more"),
        pytest.param([("b", None, "PL"), ("d", "shop", "SE")], id="countries list less than is played"),
    ],
)
def test_hidden_plays_are_not_needed_where_availability_is_stated(
    listed: list[tuple[str, str | None, str | None]], tmp_path: Path
) -> None:
    whole = world(tmp_path, *listed)
    rest = whole.without(pl.Series(["kit", "sam"]))
    tables = {table: rest.scan(table) for table in rest.manifest["tables"]}
    left = Dataset.write(tmp_path / "left", tables, name="left")
    tables[c.AVAILABILITY_TABLE] = stated_availability(rest).lazy()
    stated = Dataset.write(tmp_path / "stated", tables, name="stated")
    visible = ("kim", "sue", "tom")
    expected = {who: items for who, items in offers(whole).items() if who in visible}
    assert {who: offers(stated)[who] for who in visible} == expected
    assert {who: offers(left)[who] for who in visible} != expected

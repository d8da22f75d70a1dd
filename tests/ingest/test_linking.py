"""Rows of tables that make no items are linked to existing items and change none of them."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.ingest.formats.delimited import Csv
from tigertail.ingest.identity import resolve
from tigertail.ingest.linking import TABLE, UNSPACED, LinkedRows, link_items, unspaced_names
from tigertail.ingest.references import condense, references, with_refs

ONE, TWO = "1" * 8 + "-1111" * 3 + "-" + "1" * 12, "2" * 8 + "-2222" * 3 + "-" + "2" * 12
COLUMNS = ("item_id", "name", "mbid", "artist_name", "artist_mbid", "country")


def refs(source: str, *rows: dict[str, str]) -> pl.DataFrame:
    made = Csv(format="csv", path="x", name=source, namespace=source.partition("/")[0])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String))
    return references(with_refs(frame, made), made, of_items_table=False)


def side(source: str, *rows: dict[str, str], table: str = "audio", unspaced: bool = False) -> pl.DataFrame:
    return refs(source, *rows).with_columns(pl.lit(table).alias(TABLE), pl.lit(unspaced).alias(UNSPACED))


def linked(item_refs: list[pl.DataFrame], *sides: pl.DataFrame) -> LinkedRows:
    whole = condense(item_refs)
    return link_items(condense(sides), whole, resolve(whole, ["a", "b", "shop"]))


def found(made: LinkedRows, *sides: pl.DataFrame) -> dict[str, str]:
    """Return what each name, id or MBID turned out to be."""
    joined = pl.concat(sides).drop("item_id").join(made.item_of, on="ref")
    names = pl.coalesce("name", "mbid")
    return dict(joined.select(names, "item_id").iter_rows())


PLAYS = [refs("a", {"name": "The Cure"}, {"name": "Кино"}, {"name": "Simon & Garfunkel"}, {"name": "Can"})]


def test_a_name_attaches_to_the_item_of_that_name_and_makes_none() -> None:
    rows = side("x", {"name": "CURE"}, {"name": "кино"}, {"name": "Nobody Plays Me"})
    made = linked(PLAYS, rows)
    assert found(made, rows) == {"CURE": "cure", "кино": "кино"}
    assert made.items["item_id"].to_list() == ["can", "cure", "simon and garfunkel", "кино"]
    assert made.matches.to_dicts() == [
        {
            "source": "x",
            "table": "audio",
            "rows": 3,
            "matched_rows": 2,
            "names": 3,
            "matched_names": 2,
            "items": 2,
            "examples": ["Nobody Plays Me"],
        }
    ]


def test_the_id_of_a_namespace_is_surest() -> None:
    plays = [refs("shop", {"item_id": "7", "name": "Can"}, {"item_id": "8", "name": "Wire"})]
    rows = side("shop/audio", {"item_id": "7", "name": "Wire"}, {"item_id": "9", "name": "Wire"})
    made = linked(plays, rows)
    assert made.item_of["item_id"].to_list() == ["7"], "an id the shop never sold is no item of its name"


def test_then_the_mbid_then_the_name_if_no_mbid_speaks_against_it() -> None:
    plays = [refs("a", {"name": "Nirvana", "mbid": ONE}, {"name": "Can"})]
    rows = side("x", {"mbid": ONE}, {"name": "Nirvana (UK)", "mbid": TWO}, {"name": "Can", "mbid": TWO})
    assert found(linked(plays, rows), rows) == {ONE: "nirvana", "Can": "can"}
    other = side("x", {"name": "Nirvana", "mbid": TWO})
    assert found(linked(plays, other), other) == {}


def test_a_name_of_several_items_attaches_to_none() -> None:
    plays = [refs("a", {"name": "Nirvana", "mbid": ONE}, {"name": "Nirvana", "mbid": TWO})]
    rows = side("x", {"name": "Nirvana"})
    assert linked(plays, rows).item_of.is_empty()


def test_two_ids_of_one_name_attach_to_nobody() -> None:
    rows = side("x", {"item_id": "AR1", "name": "Can"}, {"item_id": "AR2", "name": "CAN"})
    assert linked(PLAYS, rows).item_of.is_empty(), "which of the two is it?"
    alone = side("x", {"item_id": "AR1", "name": "Can"})
    assert found(linked(PLAYS, alone), alone) == {"Can": "can"}


def test_what_is_linked_by_id_or_mbid_counts_against_a_name() -> None:
    plays = [refs("shop", {"item_id": "7", "name": "Can"}), refs("a", {"name": "Wire", "mbid": ONE})]
    sold = side("shop/audio", {"item_id": "7", "mbid": ONE})
    other = side("x", {"name": "Can", "mbid": TWO}, {"name": "CAN"})
    assert found(linked(plays, sold, other), sold, other) == {ONE: "7", "CAN": "7"}
    assert found(linked(plays, other), other) == {"Can": "7", "CAN": "7"}, "nothing speaks against it"
    wire = side("x", {"item_id": "AR1", "mbid": ONE}, {"item_id": "AR2", "name": "Wire"})
    assert found(linked(plays, wire), wire) == {ONE: "wire"}


def test_a_name_without_an_id_contradicts_nothing() -> None:
    rows = side("x", {"item_id": "AR1", "name": "Can"}, {"item_id": "AR2", "name": "CAN"}, {"name": "can"})
    assert found(linked(PLAYS, rows), rows) == {"can": "can"}


def test_mbids_of_several_tables_contradict_each_other() -> None:
    rows, others = side("x", {"name": "Can", "mbid": ONE}), side("y", {"name": "Can", "mbid": TWO})
    assert linked(PLAYS, rows, others).item_of.is_empty()


def test_squeezed_names_match_by_their_letters() -> None:
    rows = side("x", {"name": "simongarfunkel"}, {"name": "thecure"}, {"name": "cure"}, unspaced=True)
    assert found(linked(PLAYS, rows), rows) == {
        "simongarfunkel": "simon and garfunkel",
        "cure": "cure",
    }
    plain = side("x", {"name": "simongarfunkel"})
    assert linked(PLAYS, plain).item_of.is_empty()


def test_what_is_left_of_a_name_without_little_words() -> None:
    keys = pl.Series(["queens of the stone age", "the the", "can"])
    assert unspaced_names(keys).to_list() == ["queensstoneage", "thethe", "can"]


def test_a_side_table_of_items_gives_the_country_nobody_else_does() -> None:
    plays = [refs("a", {"name": "Can", "country": "DE"}, {"name": "Kent"})]
    rows = side("x", {"name": "Can", "country": "US"}, {"name": "Kent", "country": "SE"}, table="items")
    assert linked(plays, rows).items.select("item_id", "country").rows() == [("can", "DE"), ("kent", "SE")]


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_rows_does_not_matter(turned: bool) -> None:
    rows = [side("x", {"name": "cure"}, {"name": "CAN"}), side("y", {"name": "The Cure"})]
    made = linked(PLAYS, *(rows[::-1] if turned else rows))
    assert found(made, *rows) == {"cure": "cure", "CAN": "can", "The Cure": "cure"}

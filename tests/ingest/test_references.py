import polars as pl
import pytest

from tigertail.ingest.references import without_placeholders

ONE = "1" * 8 + "-1111" * 3 + "-" + "1" * 12


@pytest.mark.parametrize(
    "mbid",
    [
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        " 125ec42a-7229-4250-afc5-e057484327fe",  # MusicBrainz' own [unknown]
    ],
)
def test_some_mbids_stand_for_nothing(mbid: str) -> None:
    rows = pl.DataFrame({"name": ["Cure", "Kult"], "mbid": [mbid, ONE]})
    assert without_placeholders(rows).rows() == [("Cure", None), ("Kult", ONE)]


@pytest.mark.parametrize("name", ["[unknown]", "<Unknown>", "[no artist]", "(none)"])
def test_some_names_stand_for_nothing(name: str) -> None:
    rows = pl.DataFrame(
        {"name_a": [name, "Unknown Mortal Orchestra"], "name_b": ["Kult", "[Unknown Pleasures]"]}
    )
    assert without_placeholders(rows)["name_a"].to_list() == [None, "Unknown Mortal Orchestra"]
    assert without_placeholders(rows)["name_b"].to_list() == rows["name_b"].to_list()


def test_a_word_is_no_id_where_a_name_says_more() -> None:
    rows = pl.DataFrame({"item_id": ["None", "nan", "7", "None"], "name": ["Cure", "Kult", "Can", None]})
    assert without_placeholders(rows)["item_id"].to_list() == [None, None, "7", "None"]
    assert without_placeholders(rows.select("item_id")).equals(rows.select("item_id"))


def test_numbers_are_left_as_they_are() -> None:
    rows = pl.DataFrame({"item_id": [7, 8], "name": ["Cure", "Kult"]})
    assert without_placeholders(rows).equals(rows)

import polars as pl
import pytest

from tigertail.ingest.missing import says_something, visible, warn_of_marks, without_placeholders
from tigertail.io.quarantine import Quarantine

ONE = "1" * 8 + "-1111" * 3 + "-" + "1" * 12


@pytest.mark.parametrize(
    "text", ["\u200b", "\u2060\ufeff", " \u00a0", "\u3164", "\u2800", "\u00ad", "\ufe0f", ""]
)
def test_text_of_nothing_visible(text: str) -> None:
    assert pl.select(visible(pl.lit(text))).item() is False


@pytest.mark.parametrize("text", ["!!!", "-", "Кино", "\u200bSade", "東京事変", "👍", "…"])
def test_text_of_something_visible(text: str) -> None:
    assert pl.select(visible(pl.lit(text))).item() is True


@pytest.mark.parametrize(("text", "says"), [("Can", True), ("na", True), ("NA", False), ("", False)])
def test_a_mark_of_a_missing_value_says_nothing(text: str, says: bool) -> None:
    assert pl.select(says_something(pl.lit(text), ["NA"])).item() is says


def test_marks_are_warned_of_where_they_are_common() -> None:
    quarantine = Quarantine()
    rare = ["Can"] * 996 + ["None"] * 4
    common = ["Can"] * 980 + ["NA"] * 12 + ["\\N"] * 8
    warn_of_marks(pl.DataFrame({"name": rare, "country": common}), "s", quarantine)
    what = "country that may stand for a missing value, used: if it does, say missing = [...]"
    assert quarantine.warnings == {("s", what): 20}
    assert quarantine.examples["s", what] == ["NA", "\\N"]


@pytest.mark.parametrize(
    "mbid",
    [
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        " 125ec42a-7229-4250-afc5-e057484327fe",  # MusicBrainz' own [unknown]
        "eec63d3c-3b81-4ad4-b1e4-7c147d4d2b61",  # and [no artist]
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

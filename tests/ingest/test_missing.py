import polars as pl
import pytest

from tigertail.ingest.missing import says_something, visible, warn_of_marks
from tigertail.io.quarantine import Quarantine


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

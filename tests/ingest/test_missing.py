import polars as pl
import pytest

from tigertail.ingest.missing import visible, warn_of_marks
from tigertail.io.quarantine import Quarantine


@pytest.mark.parametrize(
    "text", ["\u200b", "\u2060\ufeff", " \u00a0", "\u3164", "\u2800", "\u00ad", "\ufe0f", ""]
)
def test_text_of_nothing_visible(text: str) -> None:
    assert pl.select(visible(pl.lit(text))).item() is False


@pytest.mark.parametrize("text", ["!!!", "-", "Кино", "\u200bSade", "東京事変", "👍", "…"])
def test_text_of_something_visible(text: str) -> None:
    assert pl.select(visible(pl.lit(text))).item() is True


def test_marks_are_warned_of_where_they_are_common() -> None:
    quarantine = Quarantine()
    rare = ["Can"] * 996 + ["None"] * 4
    common = ["Can"] * 980 + ["NA"] * 12 + ["\\N"] * 8
    warn_of_marks(pl.DataFrame({"name": rare, "country": common}), "s", quarantine)
    what = "country that may stand for a missing value, used: if it does, say missing = [...]"
    assert quarantine.warnings == {("s", what): 20}
    assert quarantine.examples["s", what] == ["NA", "\\N"]

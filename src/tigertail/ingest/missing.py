"""What stands for nothing: text without a visible character, and marks of missing values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl

from tigertail.io.quarantine import EXAMPLES, Quarantine

SAY_MISSING: Final = ": if it does, say missing = [...]"
"""The end of the warning: what the recipe can do about it. Data frames have none, and take it off."""

MARKS: Final = (
    "NA", "N/A", "n/a", "#N/A", "<NA>", "\\N", "nan", "NaN", "NAN", "null", "NULL", "Null", "None", "none", "nil",
    "(null)", "<null>", "undefined",
)  # fmt: skip
"""What programs write for a missing value: R, PostgreSQL and MySQL, pandas, Python, JavaScript, spreadsheets."""

_COMMON: Final = 0.005  # marks are common above this share of a column's values
# Controls, formats (zero width), blanks, joiners and selectors of letters, and letters that are blanks.
_VISIBLE: Final = (
    r"[^\p{Cc}\p{Cf}\p{Z}\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{2800}\x{3164}\x{FE00}-\x{FE0F}"
    r"\x{FFA0}\x{E0100}-\x{E01EF}]"
)


def visible(text: pl.Expr) -> pl.Expr:
    """Return whether text has a visible character."""
    return text.str.contains(_VISIBLE)


def says_something(text: pl.Expr, marks: Collection[str]) -> pl.Expr:
    """Return whether text without blanks at its ends has a visible character, and is no mark of a missing value."""
    return visible(text) & ~text.is_in(marks)


def warn_of_marks(texts: pl.DataFrame, source: str, quarantine: Quarantine) -> None:
    """Warn of columns in which marks of missing values are common.

    Each batch is looked at alone, without the values that are missing: the warning counts the marks of those batches in
    which they are common.

    Parameters
    ----------
    texts
        Columns of text of a batch, without blanks at their ends; null where nothing is visible.
    source
        Their source.
    quarantine
        Where the warning goes.
    """
    for values in texts:
        marked = values.filter(values.is_in(MARKS))
        if len(marked) > _COMMON * values.count():
            counts = marked.value_counts(sort=True).sort(["count", values.name], descending=[True, False])
            what = f"{values.name} that may stand for a missing value, used{SAY_MISSING}"
            quarantine.warn(source, what, len(marked), counts[values.name].head(EXAMPLES).to_list())

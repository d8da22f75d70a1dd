"""What stands for nothing: text without a visible character, marks of missing values, and names of no item."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain
from typing import Final

import polars as pl

from tigertail.dataset.table_spec import ITEM, ITEM_REFERENCE, MBIDS, PAIR_REFERENCES
from tigertail.dataset.unlisted import SPECIAL_PURPOSE_ARTISTS
from tigertail.io.quarantine import EXAMPLES, Quarantine

SAY_MISSING: Final = ": if it does, say missing = [...]"
"""The end of the warning: what the recipe can do about it. Data frames have none, and take it off."""

MARKS: Final = (
    "NA", "N/A", "n/a", "#N/A", "<NA>", "\\N", "nan", "NaN", "NAN", "null", "NULL", "Null", "None", "none", "nil",
    "(null)", "<null>", "undefined",
)  # fmt: skip
"""What programs write for a missing value: R, PostgreSQL and MySQL, pandas, Python, JavaScript, spreadsheets."""

NO_NAME: Final = r"^[\[<({]\s*(unknown|unknown artist|no artist|none|null|nil)\s*[\]>)}]$"
NO_IDS: Final = ("none", "null", "nil", "nan", "n/a", "undefined", "[unknown]", "<unknown>")
NO_MBIDS: Final = (
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    *(mbid for mbid, name in SPECIAL_PURPOSE_ARTISTS.items() if re.match(NO_NAME, name)),
)
ITEM_IDS: Final = (ITEM[0], *(side[0] for side in PAIR_REFERENCES))

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


def without_placeholders(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows without references that stand for nothing, such as the nil UUID or the name "[unknown]".

    The id of a row goes only if the row has a name or an MBID besides: then a word such as "None" is no id.
    """
    texts = [
        name for name in (*ITEM_REFERENCE, *chain(*PAIR_REFERENCES)) if rows.schema.get(name) == pl.String
    ]
    plain = {name: pl.col(name).str.strip_chars().str.to_lowercase() for name in texts}
    nothing = {
        name: plain[name].is_in(NO_MBIDS) if name in MBIDS else plain[name].str.contains(NO_NAME)
        for name in texts
    }
    emptied = [pl.when(~nothing[name]).then(name).alias(name) for name in texts if name not in ITEM_IDS]
    rows = rows.with_columns(emptied)
    for ids, *others in (ITEM, *PAIR_REFERENCES):
        if ids in texts and (told := [name for name in others if name in rows.columns]):
            known = pl.any_horizontal(pl.col(told).is_not_null())
            rows = rows.with_columns(pl.when(~(known & plain[ids].is_in(NO_IDS))).then(ids).alias(ids))
    return rows

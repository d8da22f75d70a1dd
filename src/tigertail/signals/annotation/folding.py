"""One label for all its spellings.

"Hip Hop", "hip-hop" and "hiphop" are one label, as are "R&B", "R and B" and "rnb". A plural joins its singular
only where the data says that the two mean the same: "female vocalists" and "female vocalist" are said of the
same artists, "blues" and "blue" are not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.data.names import fold_series
from tigertail.signals.annotation.tables import read_pairs

KEY: Final = "key"
ITEM: Final = "item"
SHARED: Final = 0.1  # share of the items of the rarer of two labels that must carry the other too
_SHORTEST: Final = 4  # letters of a plural


def label_keys(labels: pl.Series, variants: Path | str = "") -> pl.Series:
    """Return the key that all spellings of a label share; null for a blank label.

    Parameters
    ----------
    labels
        Labels as people write them; nulls stay null.
    variants
        A CSV file with the columns variant, label: what else is to be one label; "" for none. A variant of a variant
        follows both steps.

    Raises
    ------
    DataError
        If that file cannot be used.

    Examples
    --------
    >>> label_keys(pl.Series(["Hip-Hop", "hip hop", "R&B", "rnb", "Blues", " "])).to_list()
    ['hiphop', 'hiphop', 'rnb', 'rnb', 'blues', None]
    """
    distinct = labels.drop_nulls().unique()
    key = fold_series(distinct).str.replace_all(r"\band\b", "n").str.replace_all(" ", "")
    keys = labels.replace_strict(distinct, key, default=None, return_dtype=pl.String)
    keys = pl.select(pl.when(pl.lit(keys) != "").then(pl.lit(keys))).to_series()
    if variants:
        pairs = read_pairs(variants, "variant", "label")
        old, new = label_keys(pairs["variant"]), label_keys(pairs["label"])
        table = dict(zip(old, new, strict=True))
        for _ in range(2):
            keys = keys.replace(list(table), list(table.values()))
    return keys.alias(KEY)


def singulars(cells: pl.DataFrame) -> dict[str, str]:
    """Return the singular of each plural that means the same.

    Parameters
    ----------
    cells
        Columns item, key: which label is said of which item.

    Returns
    -------
    dict[str, str]
        Key of the plural to key of the singular, where at least a tenth of the items of the rarer of the two
        carry both.
    """
    cells = cells.select(ITEM, KEY).unique()
    items = cells.group_by(KEY).len("items")
    plural = pl.col(KEY).str.ends_with("s") & ~pl.col(KEY).str.ends_with("ss")
    pairs = (
        items.filter(plural & (pl.col(KEY).str.len_chars() >= _SHORTEST))
        .with_columns(pl.col(KEY).str.slice(0, pl.col(KEY).str.len_chars() - 1).alias("singular"))
        .join(items, left_on="singular", right_on=KEY, suffix="_singular")
    )
    both = (
        pairs.join(cells, on=KEY)
        .join(cells, left_on=["singular", ITEM], right_on=[KEY, ITEM])
        .group_by(KEY, "singular", "items", "items_singular")
        .len("both")
        .filter(pl.col("both") >= SHARED * pl.min_horizontal("items", "items_singular"))
        .sort(KEY)
    )
    return dict(both.select(KEY, "singular").iter_rows())


def spelling(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the most used spelling of each label, equals by the alphabet: columns facet, key, label."""
    used = rows.group_by(c.FACET, KEY, c.LABEL).len()
    used = used.sort([c.FACET, KEY, "len", c.LABEL], descending=[False, False, True, False])
    return used.unique([c.FACET, KEY], keep="first", maintain_order=True).select(c.FACET, KEY, c.LABEL)

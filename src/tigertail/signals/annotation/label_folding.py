"""One label for all its spellings.

"Hip Hop", "hip-hop" and "hiphop" are one label, as are "R&B", "R and B" and "rnb". A longer form, such as a plural or
"rock music", joins the shorter only where the data says that the two mean the same: "female vocalists" and "female
vocalist" are said of the same artists, "blues" and "blue" are not.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold_series

KEY: Final = "key"
ITEM: Final = "item"
SHARED: Final = 0.1  # share of the items of the rarer of two labels that must carry the other too
_SHORTEST: Final = 3  # letters before an ending
ENDINGS: Final = ("s", "music")


def label_keys(labels: pl.Series) -> pl.Series:
    """Return the key that all spellings of a label share; null for a blank label.

    Parameters
    ----------
    labels
        Labels as people write them; nulls stay null.

    Examples
    --------
    >>> label_keys(pl.Series(["Hip-Hop", "hip hop", "R&B", "rnb", "Blues", " "])).to_list()
    ['hiphop', 'hiphop', 'rnb', 'rnb', 'blues', None]
    """
    distinct = labels.drop_nulls().unique()
    key = fold_series(distinct).str.replace_all(r"\band\b", "n").str.replace_all(" ", "")
    keys = labels.replace_strict(distinct, key, default=None, return_dtype=pl.String)
    keys = pl.select(pl.when(pl.lit(keys) != "").then(pl.lit(keys))).to_series()
    return keys.alias(KEY)


def canonical_forms(said: pl.DataFrame, settled: Collection[str] = ()) -> dict[str, str]:
    """Return the canonical form of each variant: the label without an ending that changes nothing.

    Parameters
    ----------
    said
        Columns item, key: which label is said of which item.
    settled
        Keys that stay as they are, as those of a model to which data is added; others may still join them.

    Returns
    -------
    dict[str, str]
        Key of the variant to key of the canonical form, where at least a tenth of the items of the rarer of the two
        carry both. Where that form is itself a variant, its own form is in its place: no chain is left.
    """
    said = said.select(ITEM, KEY).unique()
    items = said.group_by(KEY).len("items")
    found: dict[str, str] = {}
    for ending in ENDINGS:
        longer = pl.col(KEY).str.ends_with(ending) & ~pl.col(KEY).str.ends_with("ss")
        pairs = (
            items.filter(longer & (pl.col(KEY).str.len_chars() >= _SHORTEST + len(ending)))
            .with_columns(pl.col(KEY).str.strip_suffix(ending).alias("canonical"))
            .join(items, left_on="canonical", right_on=KEY, suffix="_canonical")
        )
        both = (
            pairs.join(said, on=KEY)
            .join(said, left_on=["canonical", ITEM], right_on=[KEY, ITEM])
            .group_by(KEY, "canonical", "items", "items_canonical")
            .len("both")
            .filter(pl.col("both") >= SHARED * pl.min_horizontal("items", "items_canonical"))
            .sort(KEY)
        )
        found |= dict(both.select(KEY, "canonical").iter_rows())
    found = {variant: form for variant, form in found.items() if variant not in settled}
    for variant in sorted(found, key=len):  # the shorter has its final form by then
        found[variant] = found.get(found[variant], found[variant])
    return found


def spelling(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the most used spelling of each label, ties by the alphabet: columns facet, key, label.

    Parameters
    ----------
    rows
        Annotations: columns facet (the kind of a label), key, label. Each is one use, whatever its weight.
    """
    used = rows.group_by(c.FACET, KEY, c.LABEL).len()
    used = used.sort([c.FACET, KEY, "len", c.LABEL], descending=[False, False, True, False])
    return used.unique([c.FACET, KEY], keep="first", maintain_order=True).select(c.FACET, KEY, c.LABEL)

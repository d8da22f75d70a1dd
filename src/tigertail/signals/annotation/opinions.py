"""Who says what of which item, in codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.data.dataset import Dataset
from tigertail.data.interactions import Interactions
from tigertail.errors import DataError
from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.annotation.folding import ITEM, KEY, label_keys, shorter_forms, spelling

Codes = NDArray[np.int64]

TAG: Final = "tag"  # the facet of whoever does not say which
_REASON: Final = "reason"
_EXPERT: Final = "is_expert"


@dataclass(frozen=True, eq=False)
class Opinions:
    """Opinions of experts and crowd, each said once; sorted by item, label and annotator.

    Parameters
    ----------
    item, label
        Item and label code of each opinion; int64, (opinions,).
    annotator
        Annotator of each; 0 stands for all who are not named.
    weight
        Above 0; float64, (opinions,).
    expert
        Whether an expert says so; bool, (opinions,).
    facets, keys, names
        Facet, key and most used spelling of each label.
    annotators
        How many annotators there are, with the nameless as one.
    items
        How many items the catalogue has.
    left_out
        Rows of the table that cannot be used, by reason.
    """

    item: Codes
    label: Codes
    annotator: Codes
    weight: NDArray[np.float64]
    expert: NDArray[np.bool_]
    facets: list[str]
    keys: list[str]
    names: list[str]
    annotators: int
    items: int
    left_out: dict[str, int] = field(default_factory=dict)


def read_opinions(dataset: Dataset, interactions: Interactions, config: AnnotationConfig) -> Opinions:
    """Read the annotations that a dataset shows.

    An item's own name says nothing of it and is left out. A label of the crowd without a facet joins the facet
    in which experts use that label, most often.

    Raises
    ------
    DataError
        If the dataset has no annotations, its file is damaged, or the table of variants cannot be used.
    """
    rows, left_out = _usable(_table(dataset), dataset, interactions, config)
    shorter = shorter_forms(rows)
    rows = rows.with_columns(pl.col(KEY).replace(list(shorter), list(shorter.values())))
    rows = _with_facets(rows)
    labels = spelling(rows).with_row_index("label_code")
    named = rows[c.ANNOTATOR].drop_nulls().unique().sort()
    codes = named.to_frame().with_row_index("annotator_code", 1)
    rows = rows.join(labels.drop(c.LABEL), on=[c.FACET, KEY]).join(codes, on=c.ANNOTATOR, how="left")
    rows = rows.with_columns(pl.col("annotator_code").fill_null(0))
    # The nameless may be many: their weights add up. Whoever is named says a thing once.
    weight = pl.when(pl.col("annotator_code") == 0).then(pl.col(c.WEIGHT).sum()).otherwise(c.WEIGHT).max()
    opinion = [ITEM, "label_code", "annotator_code", _EXPERT]
    rows = rows.sort(c.WEIGHT).group_by(opinion, maintain_order=True).agg(weight).sort(opinion)
    return Opinions(
        rows[ITEM].to_numpy().astype(np.int64),
        rows["label_code"].to_numpy().astype(np.int64),
        rows["annotator_code"].to_numpy().astype(np.int64),
        rows[c.WEIGHT].to_numpy().astype(np.float64),
        rows[_EXPERT].to_numpy(),
        labels[c.FACET].to_list(),
        labels[KEY].to_list(),
        labels[c.LABEL].to_list(),
        len(named) + 1,
        len(interactions.item_ids),
        left_out,
    )


def _table(dataset: Dataset) -> pl.DataFrame:
    if not dataset.has(c.ANNOTATIONS_TABLE):
        raise DataError(
            "the dataset has no annotations",
            path=dataset.path,
            remedy="build it from a source with labels: table = 'annotations' in the recipe",
        )
    with dataset.reading(c.ANNOTATIONS_TABLE):
        rows = dataset.scan(c.ANNOTATIONS_TABLE).collect()
    if c.ANNOTATOR not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias(c.ANNOTATOR))
    return rows


def _usable(
    rows: pl.DataFrame, dataset: Dataset, interactions: Interactions, config: AnnotationConfig
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the rows that can be used, with item codes and keys, and how many cannot, by reason."""
    codes = pl.DataFrame({c.ITEM_ID: interactions.item_ids}).with_row_index(ITEM)
    names = dataset.items.select(c.ITEM_ID, label_keys(dataset.items[c.NAME]).alias("own"))
    rows = rows.with_columns(label_keys(rows[c.LABEL], config.variants))
    rows = rows.join(codes, on=c.ITEM_ID, how="left").join(
        names.unique(c.ITEM_ID, keep="first"), on=c.ITEM_ID, how="left"
    )
    weight = pl.col(c.WEIGHT).cast(pl.Float64)
    reason = (
        pl.when(pl.col(ITEM).is_null())
        .then(pl.lit("the item is not in the catalogue"))
        .when(pl.col(KEY).is_null())
        .then(pl.lit("the label is empty"))
        .when(~(weight.is_finite() & (weight > 0)).fill_null(False))
        .then(pl.lit("the weight is no number above 0"))
        .when(~pl.col(c.SOURCE).is_in([c.EXPERT, c.CROWD]).fill_null(False))
        .then(pl.lit("the source is neither expert nor crowd"))
        .when((pl.col(KEY) == pl.col("own")).fill_null(False))
        .then(pl.lit("the label is the item's own name"))
    )
    rows = rows.with_columns(reason.alias(_REASON))
    counts = rows[_REASON].drop_nulls().value_counts().sort(_REASON)
    used = rows.filter(pl.col(_REASON).is_null()).select(
        ITEM,
        KEY,
        c.LABEL,
        pl.col(c.FACET).fill_null(TAG),
        weight,
        (pl.col(c.SOURCE) == c.EXPERT).alias(_EXPERT),
        c.ANNOTATOR,
    )
    return used, dict(counts.iter_rows())


def _with_facets(rows: pl.DataFrame) -> pl.DataFrame:
    """Put labels that the crowd gave without a facet into that of the experts."""
    theirs = rows.filter(pl.col(_EXPERT) & (pl.col(c.FACET) != TAG)).group_by(KEY, c.FACET).len()
    theirs = theirs.sort([KEY, "len", c.FACET], descending=[False, True, False])
    theirs = theirs.unique(KEY, keep="first", maintain_order=True).select(
        KEY, pl.col(c.FACET).alias("theirs")
    )
    loose = pl.col(c.FACET) == TAG
    rows = rows.join(theirs, on=KEY, how="left")
    return rows.with_columns(
        pl.when(loose).then(pl.coalesce("theirs", c.FACET)).otherwise(c.FACET).alias(c.FACET)
    )

"""Who says what of which item, in codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.errors import DataError
from tigertail.signals.annotation.label_folding import ITEM, KEY, canonical_forms, label_keys, spelling

Codes = NDArray[np.int64]

NAMELESS: Final = 0  # code of all annotators without a name
_REASON: Final = "reason"
_EXPERT: Final = "is_expert"


@dataclass(frozen=True, eq=False)
class Opinions:
    """Opinions of experts and crowd: an annotator says a label of an item once as expert, and once as one of the crowd.

    They are sorted by item, label, annotator and whether an expert says so.

    Parameters
    ----------
    item, label
        Item and label code of each opinion; int64, (opinions,).
    annotator
        Annotator of each; 0 stands for all who are not named.
    weight
        How many opinions of the crowd it counts as, above 0; that of an expert is not read; float64, (opinions,).
    expert
        Whether an expert says so; bool, (opinions,).
    facets, keys, names
        Facet, key and most used spelling of each label.
    annotators
        How many codes of annotators there are: one for each who is named, and 0, even if nobody is nameless.
    items
        How many items the catalogue has.
    left_out
        Rows of the table that cannot be used, by reason.
    canonical_form
        By the key of each variant of a label, the key of the form that it joined.
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
    canonical_form: dict[str, str] = field(default_factory=dict)


def read_opinions(dataset: Dataset, interactions: Interactions) -> Opinions:
    """Read the annotations that a dataset shows.

    An item's own name says nothing of it and is left out. A variant of the name is not, since labels are compared with
    the name before variants join. A label without a facet (``tag``) joins the facet in which the most rows of experts
    have that label.

    Raises
    ------
    DataError
        If the dataset has no annotations, or their file is damaged.
    """
    # The fit of a model refuses an item that is there twice; a signal fitted alone does not.
    names = dataset.items.unique(c.ITEM_ID, keep="first")
    rows, left_out = split_usable_rows(annotations_of(dataset), interactions.items, names)
    canonical_form = canonical_forms(rows)
    rows = with_facets(with_canonical_labels(rows, canonical_form))
    return opinions_from_rows(rows, spelling(rows), len(interactions.items), left_out, canonical_form)


def opinions_from_rows(
    rows: pl.DataFrame,
    labels: pl.DataFrame,
    items: int,
    left_out: dict[str, int],
    canonical_form: dict[str, str],
) -> Opinions:
    """Return rows as opinions.

    Parameters
    ----------
    rows
        As :func:`split_usable_rows` returns them, with the facets and keys of ``labels``.
    labels
        Columns facet, key, label, in the order of their codes.
    items, left_out, canonical_form
        As in :class:`Opinions`.
    """
    labels = labels.with_row_index("label_code")
    named = rows[c.ANNOTATOR].drop_nulls().unique().sort()
    codes = named.to_frame().with_row_index("annotator_code", 1)
    rows = rows.join(labels.drop(c.LABEL), on=[c.FACET, KEY]).join(codes, on=c.ANNOTATOR, how="left")
    rows = rows.with_columns(pl.col("annotator_code").fill_null(NAMELESS))
    # The nameless may be many: their weights add up. Whoever is named says a thing once.
    total, largest = pl.col(c.WEIGHT).sum(), pl.col(c.WEIGHT).max()
    weight = (
        pl.when(pl.col("annotator_code").first() == NAMELESS).then(total).otherwise(largest).alias(c.WEIGHT)
    )
    opinion = [ITEM, "label_code", "annotator_code", _EXPERT]
    # Sorted first, so that sums are taken in one order.
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
        items,
        left_out,
        canonical_form,
    )


def with_canonical_labels(rows: pl.DataFrame, canonical_form: dict[str, str]) -> pl.DataFrame:
    """Return the rows with variants of labels replaced by their canonical forms."""
    return rows.with_columns(pl.col(KEY).replace(list(canonical_form), list(canonical_form.values())))


def annotations_of(dataset: Dataset) -> pl.DataFrame:
    """Return the annotations that a dataset shows, with a column for the annotator; null where nobody is named.

    Raises
    ------
    DataError
        If there are none, or the file is damaged.
    """
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


def split_usable_rows(
    rows: pl.DataFrame, items: Vocabulary, names: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the rows that can be used, with item codes and keys, and how many cannot, by reason.

    Parameters
    ----------
    rows
        Annotations.
    items
        Ids of the items and their codes.
    names
        Columns item_id, name; an item is there once.
    """
    own = names.select(c.ITEM_ID, label_keys(names[c.NAME]).alias("own"))
    rows = rows.with_columns(label_keys(rows[c.LABEL]))
    rows = items.encode(rows, code=ITEM, unknown="null").join(own, on=c.ITEM_ID, how="left")
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
        pl.col(c.FACET).fill_null(c.TAG),
        weight,
        (pl.col(c.SOURCE) == c.EXPERT).alias(_EXPERT),
        c.ANNOTATOR,
    )
    return used, dict(counts.iter_rows())


def with_facets(rows: pl.DataFrame, settled: pl.DataFrame | None = None) -> pl.DataFrame:
    """Put labels that were given without a facet into that of the experts.

    Parameters
    ----------
    rows
        As :func:`split_usable_rows` returns them.
    settled
        Columns key, settled: the facet of keys for which that is decided already; a key is there once.
    """
    theirs = rows.filter(pl.col(_EXPERT) & (pl.col(c.FACET) != c.TAG)).group_by(KEY, c.FACET).len()
    theirs = theirs.sort([KEY, "len", c.FACET], descending=[False, True, False])
    theirs = theirs.unique(KEY, keep="first", maintain_order=True).select(
        KEY, pl.col(c.FACET).alias("theirs")
    )
    loose = pl.col(c.FACET) == c.TAG
    if settled is None:
        settled = pl.DataFrame(schema={KEY: pl.String, "settled": pl.String})
    rows = rows.join(theirs, on=KEY, how="left").join(settled, on=KEY, how="left")
    facet = pl.coalesce("settled", "theirs", c.FACET)
    return rows.with_columns(pl.when(loose).then(facet).otherwise(c.FACET).alias(c.FACET))

"""Annotations of new items, folded into a signal without a fit.

They are read by the rules of the fit, with the labels of the signal; a label that it lacks is added, with the variants
that joined it, so that two new items can share it, whenever they come. What needs the rows of the fit is taken from
what the fit learned:

- **Inverse document frequency.** A label has its weight of the fit, so that old rows stay as they are; a new label
  has the weight of its frequency among all items, of which new ones alone have it.
- **Reliability.** An opinion has the mean reliability of the opinions with its label in the fit. A signal keeps no
  annotators, so that their own reliability is not known.
- **Predicted listening** comes from the coefficients of the fit; a new label predicts nothing.
- **Annotators in common** are left out for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.annotation.evidence import gather, idf_of, weigh
from tigertail.signals.annotation.fit import with_counts
from tigertail.signals.annotation.label_folding import KEY, canonical_forms, spelling
from tigertail.signals.annotation.lexicon import Lexicon
from tigertail.signals.annotation.opinions import (
    annotations_of,
    opinions_from_rows,
    split_usable_rows,
    with_canonical_labels,
    with_facets,
)
from tigertail.signals.annotation.reliability import AnnotatorReliability
from tigertail.signals.annotation.signal import Annotation
from tigertail.sparse import CSR


@dataclass(frozen=True, eq=False)
class AnnotationUpdate:
    """A signal with new items, and what became of their annotations.

    Parameters
    ----------
    signal
        The signal.
    annotations, annotated
        How many annotations were added, and to how many items that the signal did not know.
    not_added
        Annotations of items that it knew: they need a fit.
    unusable
        Annotations that cannot be used, by reason.
    """

    signal: Annotation
    annotations: int
    annotated: int
    not_added: int
    unusable: dict[str, int]


def update_annotations(
    signal: Annotation, lexicon: Lexicon, dataset: Dataset, item_table: pl.DataFrame, config: AnnotationConfig
) -> AnnotationUpdate:
    """Add rows to a signal for the items that it does not know and a dataset annotates.

    Parameters
    ----------
    signal
        Under the codes of ``item_table``.
    lexicon
        What it keeps of its labels.
    dataset
        Whose annotations count.
    item_table
        Columns item_id, name of every item, in the order of codes.
    config
        Settings of the fit.

    Raises
    ------
    DataError
        If the dataset has no annotations, or their file is damaged.
    """
    known = item_table[c.ITEM_ID].filter(pl.Series(signal.known))
    is_known = pl.col(c.ITEM_ID).is_in(known.implode()).fill_null(False)
    every = annotations_of(dataset)
    rows, left_out = split_usable_rows(every.filter(~is_known), Vocabulary(item_table[c.ITEM_ID]), item_table)
    count = len(rows)
    rows, labels, forms = _with_known_labels(signal, lexicon, rows)
    opinions = opinions_from_rows(rows, labels, len(item_table), left_out, forms)
    fresh = len(labels) - len(lexicon.keys)
    by_label = np.concatenate([lexicon.reliability, np.full(fresh, lexicon.mean_reliability)])
    # The r of a new opinion is the mean of its label's; t and q are not estimated, and not read.
    r = by_label[opinions.label[~opinions.expert]]
    reliability = AnnotatorReliability(r, np.empty(0), np.empty(0))
    evidence = gather(opinions, reliability, config)
    idf = idf_of(evidence, int(signal.known.sum()))
    idf[: len(lexicon.keys)] = lexicon.idf
    theirs = with_counts(weigh(evidence, config, idf), evidence)
    predicted = signal.prediction
    after = replace(
        _with_rows(signal, *theirs),
        prediction=predicted and predicted.with_items(theirs[0], signal.norm_floor),
        labels=list(zip(evidence.facets, evidence.names, strict=True)),
        left_out=_summed(signal.left_out, left_out),
        lexicon=lexicon.with_labels(evidence.keys[len(lexicon.keys) :], idf[len(lexicon.keys) :], forms),
    )
    items = int((after.known & ~signal.known).sum())
    return AnnotationUpdate(after, count, items, len(every) - count - sum(left_out.values()), left_out)


def _with_known_labels(
    signal: Annotation, lexicon: Lexicon, rows: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, str]]:
    """Return rows with the keys and facets of a signal, its labels and canonical forms, and after them the new ones."""
    rows = with_canonical_labels(rows, lexicon.canonical_form)
    further_forms = canonical_forms(rows, {*lexicon.keys, *lexicon.canonical_form})
    rows = with_canonical_labels(rows, further_forms)
    rows = with_facets(rows, _settled(signal, lexicon))
    labels = pl.DataFrame(
        {
            c.FACET: [facet for facet, _ in signal.labels],
            KEY: lexicon.keys,
            c.LABEL: [name for _, name in signal.labels],
        },
        dict.fromkeys((c.FACET, KEY, c.LABEL), pl.String),
    )
    further = spelling(rows).join(labels, on=[c.FACET, KEY], how="anti", maintain_order="left")
    return rows, pl.concat([labels, further]), lexicon.canonical_form | further_forms


def _settled(signal: Annotation, lexicon: Lexicon) -> pl.DataFrame:
    """Return the facet of each label that the crowd gives without one, where the fit has decided on it.

    That is none, if the signal has the label so; otherwise the one in which experts use it, or in which the signal has
    no entry of it, as in a facet of weight 0: who uses it there is not kept, and is taken to be an expert.
    """
    column, labels = signal.weights.indices, len(lexicon.keys)
    is_label = column < labels
    people, experts = (
        np.bincount(column[is_label], counts[is_label], labels) for counts in (signal.people, signal.experts)
    )
    table = pl.DataFrame(
        {
            KEY: pl.Series(lexicon.keys, dtype=pl.String),
            "settled": pl.Series([facet for facet, _ in signal.labels], dtype=pl.String),
            "experts": experts,
            "people": people,
        }
    ).with_columns((pl.col("settled") == c.TAG).alias("loose"))
    table = table.filter(pl.col("loose") | (pl.col("experts") > 0) | (pl.col("people") == 0))
    table = table.sort(["loose", "experts", "settled"], descending=[True, True, False])
    return table.unique(KEY, keep="first", maintain_order=True).select(KEY, "settled")


def _with_rows(signal: Annotation, weights: CSR, people: np.ndarray, experts: np.ndarray) -> Annotation:
    """Return the signal with rows where it has none; further labels come before the annotators."""
    labels, ours = len(signal.labels), signal.weights
    shift = np.where(ours.indices >= labels, weights.shape[1] - labels, 0).astype(np.int32)
    rows = np.concatenate([ours.entry_rows(), weights.entry_rows()])
    order = np.argsort(rows, kind="stable")
    columns = np.concatenate([ours.indices + shift, weights.indices])[order]
    values = np.concatenate([ours.data, weights.data])[order]
    width = weights.shape[1] + ours.shape[1] - labels
    return replace(
        signal,
        weights=CSR(ours.indptr + weights.indptr, columns, values, (ours.shape[0], width)),
        people=np.concatenate([signal.people, people])[order],
        experts=np.concatenate([signal.experts, experts])[order],
    )


def _summed(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {reason: one.get(reason, 0) + other.get(reason, 0) for reason in sorted({*one, *other})}

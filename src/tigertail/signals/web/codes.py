"""Documents and mentions in the codes of items and documents."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import TigertailWarning
from tigertail.io.quarantine import such_as

NO_OWNER: Final = -1  # what Vocabulary.codes returns for an id that it lacks, or for none


@dataclass(frozen=True, eq=False)
class CodedMentions:
    """Documents and mentions, in codes.

    Parameters
    ----------
    documents
        Document ids, sorted.
    owners
        Code of the item whose page each document is, ``NO_OWNER`` where there is none or the catalogue lacks it; int32,
        (documents,).
    mentions
        Columns document, item (codes), count, positions (numbers of words, see ``POSITIONS`` in
        :mod:`tigertail.columns`; null where the dataset has none); by document, then item.
    """

    documents: pl.Series
    owners: NDArray[np.int32]
    mentions: pl.DataFrame


def read_mentions(dataset: Dataset, interactions: Interactions) -> CodedMentions:
    """Read the mentions, and the owners of the documents.

    Mentions of items that the catalogue lacks are left out; so are mentions in documents that are
    not in the table of documents, where the dataset has one.

    Warns
    -----
    TigertailWarning
        If mentions are left out for their document.
    """
    items = interactions.items
    with dataset.reading(c.MENTIONS_TABLE):
        mentions = dataset.scan(c.MENTIONS_TABLE).collect()
    if dataset.has(c.DOCUMENTS_TABLE):
        with dataset.reading(c.DOCUMENTS_TABLE):
            documents = _with_owner(dataset.scan(c.DOCUMENTS_TABLE)).collect()
    else:
        documents = mentions.select(c.DOCUMENT_ID, pl.lit(None, pl.String).alias(c.ITEM_ID)).unique()
    documents = documents.sort(c.DOCUMENT_ID).with_row_index("document").cast({"document": pl.Int32})
    owners = items.codes(documents[c.ITEM_ID])
    if c.POSITIONS not in mentions.columns:
        mentions = mentions.with_columns(pl.lit(None, pl.List(pl.Int32)).alias(c.POSITIONS))
    of_items = items.encode(mentions, code="item", unknown="drop")
    coded = (
        of_items.join(documents.select("document", c.DOCUMENT_ID), on=c.DOCUMENT_ID)
        .select("document", "item", c.COUNT, c.POSITIONS)
        .sort("document", "item")
    )
    if len(coded) < len(of_items):
        example = such_as(documents[c.DOCUMENT_ID].head(1).to_list())
        warnings.warn(
            f"{len(of_items) - len(coded):,} of {len(of_items):,} mentions are left out: their documents are not among "
            f"those of the dataset; write the id of a document as the dataset has it{example}",
            TigertailWarning,
            stacklevel=2,
        )
    return CodedMentions(documents[c.DOCUMENT_ID], owners, coded)


def _with_owner(documents: pl.LazyFrame) -> pl.LazyFrame:
    """Return the documents and the item whose page each is, null for none."""
    nobody = pl.lit(None, pl.String).alias(c.ITEM_ID)
    owner = pl.col(c.ITEM_ID) if c.ITEM_ID in documents.collect_schema() else nobody
    return documents.select(c.DOCUMENT_ID, owner)

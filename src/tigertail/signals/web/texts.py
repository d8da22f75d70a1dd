"""Similarity of the text of items' own pages."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.signals.co_listening import Products, strongest_products
from tigertail.signals.web.codes import NO_OWNER, CodedMentions
from tigertail.sparse import CSR

_WORD: Final = r"\p{L}[\p{L}\p{M}\p{N}'’]+"
_PAGES_AT_A_TIME: Final = 500


def text_similarity(
    dataset: Dataset,
    mentions_in_codes: CodedMentions,
    items: int,
    *,
    terms: int,
    common: float,
    neighbours: int,
    products: Products = strongest_products,
) -> CSR:
    """Compare the words of items' own pages.

    The cosine of tf-idf vectors with sublinear tf (G. Salton and C. Buckley, "Term-weighting approaches in
    automatic text retrieval", 1988; C. Manning et al., *Introduction to Information Retrieval*, 6.4.1): a word
    weighs (1 + ln tf) ln(n / df) among the n items with pages. A word that only one of them uses, or more
    than a share ``common`` and more than two, says nothing.

    Parameters
    ----------
    dataset
        Whose documents are read.
    mentions_in_codes
        The owner of each document.
    items
        How many items there are.
    terms
        Words kept per item.
    common
        That share.
    neighbours
        Entries kept per row.
    products
        What keeps the largest products.

    Returns
    -------
    CSR
        Cosines; items by items.
    """
    counts = _word_counts(dataset, mentions_in_codes)
    pages = counts["item"].n_unique()
    used = counts.group_by("word").agg(pl.len().alias("pages"))
    used = used.filter((pl.col("pages") > 1) & (pl.col("pages") <= max(common * pages, 2)))
    used = used.sort("word").with_row_index("term")
    weight = (1 + pl.col("times").cast(pl.Float64).log()) * (pages / pl.col("pages")).log()
    weighed = (
        counts.join(used, on="word")
        .select("item", "term", weight.alias("weight"))
        .filter(pl.col("weight") > 0)
    )
    best = weighed.sort("item", "weight", "term", descending=[False, True, False])
    best = best.filter(pl.int_range(pl.len()).over("item") < terms)
    matrix = CSR.from_coo(best["item"], best["term"], best["weight"], (items, len(used)))
    squares = np.bincount(matrix.entry_rows(), matrix.data.astype(np.float64) ** 2, items)
    length = np.sqrt(np.maximum(squares, 1e-12))[matrix.entry_rows()]
    unit = matrix.with_data((matrix.data / length).astype(np.float32))
    return products(unit, unit.transpose(), neighbours)


def _word_counts(dataset: Dataset, mentions_in_codes: CodedMentions) -> pl.DataFrame:
    """Count the words of each item's pages: columns item, word, times; some pages at a time."""
    owned = np.flatnonzero(mentions_in_codes.owners != NO_OWNER)
    owner = pl.DataFrame(
        {c.DOCUMENT_ID: mentions_in_codes.documents.gather(owned), "item": mentions_in_codes.owners[owned]}
    ).with_columns(pl.col("item").cast(pl.Int32))
    counted = [pl.DataFrame(schema={"item": pl.Int32, "word": pl.String, "times": pl.UInt32})]
    for start in range(0, owner.height, _PAGES_AT_A_TIME):
        some = owner.slice(start, _PAGES_AT_A_TIME)
        with dataset.reading(c.DOCUMENTS_TABLE):
            texts = dataset.scan(c.DOCUMENTS_TABLE).select(c.DOCUMENT_ID, c.TEXT)
            texts = texts.join(some.lazy(), on=c.DOCUMENT_ID)
            words = texts.select(
                "item", pl.col(c.TEXT).str.to_lowercase().str.extract_all(_WORD).alias("word")
            )
            counts = words.explode("word").drop_nulls().group_by("item", "word").agg(pl.len().alias("times"))
            counted.append(counts.collect())
    return pl.concat(counted).group_by("item", "word").agg(pl.col("times").sum())

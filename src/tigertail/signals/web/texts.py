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

# An apostrophe inside a word is part of it, a quotation mark after it is not.
_WORD: Final = r"\p{L}(?:'?[\p{L}\p{M}\p{N}])+"
_PAGES_AT_A_TIME: Final = 500  # to bound the words in memory


def text_similarity(
    dataset: Dataset,
    mentions_in_codes: CodedMentions,
    items: int,
    *,
    max_terms_per_page: int,
    max_document_frequency: float,
    neighbours: int,
    products: Products = strongest_products,
) -> CSR:
    """Compare the words of items' own pages.

    The cosine of tf-idf vectors with sublinear tf (G. Salton and C. Buckley, "Term-weighting approaches in
    automatic text retrieval", 1988; C. Manning et al., *Introduction to Information Retrieval*, 6.4.1): a word
    weighs (1 + ln tf) ln(n / df) among the n items whose pages have words. A word that only one of them uses, or more
    than ``max_document_frequency`` allows, says nothing. Unicode is normalised (NFKC). Words begin with a letter, have
    two characters or more, and end at what is no letter, mark or number: in scripts without spaces (Chinese, Japanese,
    Thai) whole clauses are compared.

    Parameters
    ----------
    dataset
        Whose documents are read.
    mentions_in_codes
        The owner of each document.
    items
        How many items there are.
    max_terms_per_page
        Words kept per item, over all its pages.
    max_document_frequency
        Share of the n items that a word may be used by; two of them may use it anyway.
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
    n = counts["item"].n_unique()
    used = counts.group_by("word").agg(pl.len().alias("items"))
    share = pl.Series(used["items"].to_numpy() / n)  # Polars multiplies by the reciprocal, which is not exact
    used = used.filter((pl.col("items") == 2) | (pl.col("items") > 2) & (share <= max_document_frequency))
    used = used.sort("word").with_row_index("term")
    weight = (1 + pl.col("times").cast(pl.Float64).log()) * (n / pl.col("items")).log()
    weighed = (
        counts.join(used, on="word")
        .select("item", "term", weight.alias("weight"))
        .filter(pl.col("weight") > 0)
    )
    best = weighed.sort("item", "weight", "term", descending=[False, True, False])
    best = best.filter(pl.int_range(pl.len()).over("item") < max_terms_per_page)
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
            plain = (
                pl.col(c.TEXT)
                .str.normalize("NFKC")
                .str.to_lowercase()
                .str.replace_all("’", "'", literal=True)
            )
            words = texts.select("item", plain.str.extract_all(_WORD).alias("word"))
            counts = words.explode("word").drop_nulls().group_by("item", "word").agg(pl.len().alias("times"))
            counted.append(counts.collect())
    return pl.concat(counted).group_by("item", "word").agg(pl.col("times").sum())

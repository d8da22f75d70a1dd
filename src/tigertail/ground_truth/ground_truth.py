"""Graded pairs of similar items: as a table of ids, in halves by query, and as matrices in item codes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.interactions import Interactions
from tigertail.sparse import CSR

_OTHER_HALF: Final = "query of the other half"


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """Which items are similar to which, and how much.

    Parameters
    ----------
    name
        Its name in a report.
    pairs
        Columns target_item_id, item_id, score: a query, a similar item, and its grade above 0. With a column
        curator, which is never null, the pairs of each curator are queries of their own. Each pair is there once, or
        once a curator.
    graded
        Whether grades differ.
    read
        Pairs in the source.
    left_out
        Unusable pairs, by reason.
    queries_read
        Queries in the source; spellings of one item are one.
    examples
        Some names that mean no item of the dataset, or several.
    """

    name: str
    pairs: pl.DataFrame
    graded: bool
    read: int
    left_out: dict[str, int] = field(default_factory=dict)
    queries_read: int = 0
    examples: tuple[str, ...] = ()

    @property
    def queries(self) -> int:
        """Number of queries with a similar item in the dataset."""
        return self.pairs.select(self.query_columns).n_unique()

    @property
    def query_columns(self) -> list[str]:
        """Columns of the pairs that identify a query."""
        return [name for name in (c.CURATOR, c.TARGET_ITEM_ID) if name in self.pairs.columns]


def halves(truth: GroundTruth, bit: int = 0) -> tuple[GroundTruth, GroundTruth]:
    """Split a ground truth by query: an inner half, to choose by, and a half to report.

    The half of a query depends on the id of its item alone (a bit of its BLAKE2b digest), so it is the same in every
    dataset, and in every version of one. ``read`` and ``queries_read`` stay those of the whole; the pairs of the other
    half are left out.

    Parameters
    ----------
    truth
        What is split.
    bit
        Which bit of the digest decides, from 0 to 7: a half of a half takes another one.

    Examples
    --------
    >>> pairs = pl.DataFrame({"target_item_id": ["a", "a", "b", "c"], "item_id": ["b", "c", "c", "a"], "score": 1.0})
    >>> inner, reported = halves(GroundTruth("lists", pairs, graded=False, read=4))
    >>> inner.pairs["target_item_id"].to_list(), reported.pairs["target_item_id"].to_list()
    (['a', 'a'], ['b', 'c'])
    """
    ids = truth.pairs[c.TARGET_ITEM_ID].unique(maintain_order=True)
    reported = pl.Series([one for one in ids if _is_set(one, bit)], dtype=pl.String)
    is_reported = pl.col(c.TARGET_ITEM_ID).is_in(reported.implode())
    return (
        _part(truth, "inner half", ~is_reported),
        _part(truth, "reporting half", is_reported),
    )


def _is_set(text: str, bit: int) -> bool:
    return bool(hashlib.blake2b(text.encode(), digest_size=1).digest()[0] >> bit & 1)


def _part(truth: GroundTruth, which: str, chosen: pl.Expr) -> GroundTruth:
    pairs = truth.pairs.filter(chosen)
    others = truth.left_out.get(_OTHER_HALF, 0) + len(truth.pairs) - len(pairs)
    left_out = truth.left_out | {_OTHER_HALF: others}
    return replace(truth, name=f"{truth.name}, {which}", pairs=pairs, left_out=left_out)


@dataclass(frozen=True, eq=False)
class GradedQueries:
    """A ground truth in the codes of some interactions, query by query.

    Parameters
    ----------
    grades
        Queries by items: the grade of each similar item.
    items
        Item of each query; int32, (queries,).
    curators
        Curator of each query; None where the ground truth names none.
    """

    grades: CSR
    items: NDArray[np.int32]
    curators: pl.Series | None


def graded_queries(truth: GroundTruth, interactions: Interactions) -> GradedQueries:
    """Return the queries of a truth by curator and then by item code, those whose items are known."""
    items = interactions.items
    coded = items.encode(items.encode(truth.pairs, c.TARGET_ITEM_ID, code="target"), code="item")
    by = [*truth.query_columns[:-1], "target"]
    queries = coded.select(by).unique().sort(by).with_row_index("query")
    pairs = coded.join(queries, on=by)
    return GradedQueries(
        CSR.from_coo(pairs["query"], pairs["item"], pairs[c.SCORE], (len(queries), len(items))),
        queries["target"].to_numpy().astype(np.int32),
        queries[c.CURATOR] if c.CURATOR in by else None,
    )


def grade_matrix(truth: GroundTruth, interactions: Interactions) -> CSR:
    """Return a truth as a matrix of grades, items by items, in the codes of some interactions.

    The grades of several curators are added.
    """
    items = interactions.items
    pair = [c.TARGET_ITEM_ID, c.ITEM_ID]
    pairs = truth.pairs.group_by(pair, maintain_order=True).agg(pl.col(c.SCORE).sum())
    coded = items.encode(items.encode(pairs, c.TARGET_ITEM_ID, code="row"), code="column")
    return CSR.from_coo(coded["row"], coded["column"], coded[c.SCORE], (len(items), len(items)))

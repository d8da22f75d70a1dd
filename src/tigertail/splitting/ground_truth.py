"""Ground truth besides held-out listeners: curated lists, and the true affinity of a simulated world.

A further one, shows held out, is in :mod:`tigertail.splitting.shows`.

A curated list has pairs ``query -> similar``, optionally with a grade. It is a CSV, TSV or Parquet file with the
columns query, similar [, grade], or has the layout of the SAS data set (S. Oramas et al., "A semantic-based
approach for artist similarity", ISMIR 2015).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.matching import by_id_or_name, by_mbid_or_name
from tigertail.errors import ConfigError, DataError
from tigertail.io.files import read_table, read_text
from tigertail.simulation.truth import true_affinity
from tigertail.sparse import CSR

QUERY: Final = "query"
SIMILAR: Final = "similar"
GRADE: Final = "grade"
LAYOUTS: Final = ("pairs", "sas")

SAS_FOLDER: Final = "artist-similarity-sas"
SAS_LISTS: Final = "lastfmapi_gold.txt"
SAS_NAMES: Final = "mb2uri_lastfmapi.txt"

_EXAMPLES: Final = 3


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """Which items are similar to which, and how much.

    Parameters
    ----------
    name
        Its name in a report.
    pairs
        Columns target_item_id, item_id, score: a query, a similar item, and its grade above 0. With a column
        curator, the pairs of each curator are queries of their own. Each pair is there once, or once a curator.
    graded
        Whether grades differ.
    read
        Pairs in the source.
    left_out
        Unusable pairs, by reason.
    queries_read
        Queries in the source.
    examples
        Some of the items that the dataset lacks.
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


def read_curated(file: Path | str, dataset: Dataset) -> GroundTruth:
    """Read curated lists and find their items in a dataset.

    Parameters
    ----------
    file
        CSV (also with tabs, as ``.tsv``) or Parquet with the columns query, similar [, grade].
    dataset
        The dataset, whose items are found by id, else by a folded name that only one item has.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, lacks a column, is empty, or names no item of the dataset.
    """
    path = Path(file)
    rows = read_table(path)
    if missing := [name for name in (QUERY, SIMILAR) if name not in rows.columns]:
        raise DataError(
            f"lacks the column {', '.join(missing)}",
            path=path,
            remedy="curated lists have the columns query, similar and optionally grade",
        )
    if rows.is_empty():
        raise DataError(
            "the file has no rows", path=path, remedy="write a query and a similar item in each row"
        )
    grade = pl.col(GRADE) if GRADE in rows.columns else pl.lit("1")
    listed = rows.select(
        pl.col(QUERY, SIMILAR).cast(pl.String).str.strip_chars(),
        grade.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False).alias(GRADE),
    )
    return _matched(path, listed, lambda names: by_id_or_name(names, dataset))


def read_sas(folder: Path | str | None, dataset: Dataset) -> GroundTruth:
    """Read the Last.fm lists of the SAS data set and find their artists in a dataset.

    Parameters
    ----------
    folder
        The folder of ``lastfmapi_gold.txt`` and ``mb2uri_lastfmapi.txt``; None means ``artist-similarity-sas`` in the
        folder of the environment variable ``TIGERTAIL_DATA``.
    dataset
        The dataset, whose items are found by MusicBrainz id, else by a folded name that only one item has.

    Raises
    ------
    DataError
        If a file is missing or of another layout, or the dataset has none of the artists.
    """
    if folder is None and "TIGERTAIL_DATA" not in os.environ:
        raise DataError(
            "no folder of the SAS data set is given",
            remedy=f"give its folder, or set TIGERTAIL_DATA to the folder of {SAS_FOLDER}",
        )
    path = Path(os.environ["TIGERTAIL_DATA"]) / SAS_FOLDER if folder is None else Path(folder)
    lists = _lines(path / SAS_LISTS, 2)
    names = dict(line[:2] for line in _lines(path / SAS_NAMES, 2))
    listed = pl.DataFrame(
        [(query, similar, 1.0) for query, line in lists for similar in line.split()],
        {QUERY: pl.String, SIMILAR: pl.String, GRADE: pl.Float64},
        orient="row",
    )
    return _matched(path, listed, lambda mbids: by_mbid_or_name(mbids, names, dataset))


def read_lists(path: Path | str | None, layout: str, dataset: Dataset) -> GroundTruth:
    """Read curated lists of any layout.

    Parameters
    ----------
    path
        Their file or folder; None means the default of the layout, if it has one.
    layout
        One of :data:`LAYOUTS`.
    dataset
        The dataset with the items.

    Raises
    ------
    ConfigError
        If the layout is unknown.
    DataError
        If the path is missing, or the function of the layout raises it.
    """
    if layout not in LAYOUTS:
        raise ConfigError(f"unknown layout '{layout}' of lists", remedy=f"it is one of {', '.join(LAYOUTS)}")
    if layout == "sas":
        return read_sas(path, dataset)
    if path is None:
        raise DataError("no file of curated lists is given", remedy="give the path of the file")
    return read_curated(path, dataset)


def read_true(dataset: Dataset) -> GroundTruth:
    """Return the true affinity of a simulated dataset, graded by its score where that is above 0.

    Raises
    ------
    DataError
        If the dataset is real.
    """
    known = true_affinity(dataset)
    pairs = known.filter(pl.col(c.SCORE) > 0).select(c.TARGET_ITEM_ID, c.ITEM_ID, c.SCORE)
    below = len(known) - len(pairs)
    left_out = {"true affinity not above 0": below} if below else {}
    return GroundTruth("true affinity", pairs, True, len(known), left_out, known[c.TARGET_ITEM_ID].n_unique())


def halves(truth: GroundTruth) -> tuple[GroundTruth, GroundTruth]:
    """Split a ground truth by query: an inner half, to choose by, and a half to report.

    The half of a query depends on the id of its item alone (a bit of its BLAKE2b digest), so it is the same in every
    dataset, and in every version of one.

    Examples
    --------
    >>> pairs = pl.DataFrame({"target_item_id": ["a", "a", "b", "c"], "item_id": ["b", "c", "c", "a"], "score": 1.0})
    >>> inner, reported = halves(GroundTruth("lists", pairs, graded=False, read=4))
    >>> inner.pairs["target_item_id"].to_list(), reported.pairs["target_item_id"].to_list()
    (['a', 'a'], ['b', 'c'])
    """
    ids = truth.pairs[c.TARGET_ITEM_ID].unique(maintain_order=True)
    is_reported = pl.col(c.TARGET_ITEM_ID).is_in(ids.filter([_is_odd(one) for one in ids]).implode())
    return (
        _part(truth, "inner half", ~is_reported),
        _part(truth, "reporting half", is_reported),
    )


def _is_odd(text: str) -> bool:
    return bool(hashlib.blake2b(text.encode(), digest_size=1).digest()[0] & 1)


def _part(truth: GroundTruth, which: str, chosen: pl.Expr) -> GroundTruth:
    pairs = truth.pairs.filter(chosen)
    left_out = truth.left_out | {"query of the other half": len(truth.pairs) - len(pairs)}
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


def _matched(path: Path, listed: pl.DataFrame, find: Callable[[pl.Series], pl.DataFrame]) -> GroundTruth:
    """Replace names by ids; count the unusable pairs, by reason.

    ``find`` returns, for distinct names, the columns reference, shown (a readable name), item_id and why; one of the
    last two is null.
    """
    names = pl.concat([listed[QUERY], listed[SIMILAR].alias(QUERY)]).drop_nulls().unique(maintain_order=True)
    found = find(names.alias("reference"))
    examples = tuple(found.filter(pl.col("why").is_not_null())["shown"].head(_EXAMPLES))
    found = found.drop("shown")
    queries = found.rename({"reference": QUERY, "why": "query_why"})
    answers = found.rename({"reference": SIMILAR, "why": "similar_why", c.ITEM_ID: "answer"})
    rows = listed.join(queries, on=QUERY, how="left", maintain_order="left")
    rows = rows.join(answers, on=SIMILAR, how="left", maintain_order="left")
    nameless = pl.col(QUERY).fill_null("").eq("") | pl.col(SIMILAR).fill_null("").eq("")
    grade = pl.col(GRADE)
    reason = (
        pl.when(nameless)
        .then(pl.lit("query or similar is empty"))
        .when(~grade.is_finite().fill_null(False) | (grade < 0))
        .then(pl.lit("grade is not a number from 0 up"))
        .when(pl.col("query_why").is_not_null())
        .then(pl.lit("query: ") + pl.col("query_why"))
        .when(pl.col("similar_why").is_not_null())
        .then(pl.lit("similar: ") + pl.col("similar_why"))
        .when(pl.col(c.ITEM_ID) == pl.col("answer"))
        .then(pl.lit("an item is similar to itself"))
        .when(grade == 0)
        .then(pl.lit("grade is 0: not similar"))
    )
    rows = rows.with_columns(reason.alias("reason"))
    left_out = {str(why): n for why, n in rows["reason"].drop_nulls().value_counts(sort=True).iter_rows()}
    used = rows.filter(pl.col("reason").is_null()).select(
        pl.col(c.ITEM_ID).alias(c.TARGET_ITEM_ID), pl.col("answer").alias(c.ITEM_ID), grade.alias(c.SCORE)
    )
    pairs = used.group_by(c.TARGET_ITEM_ID, c.ITEM_ID, maintain_order=True).agg(pl.col(c.SCORE).max())
    if repeated := len(used) - len(pairs):
        left_out["pair is there already (the highest grade counts)"] = repeated
    if pairs.is_empty():
        raise DataError(
            f"not one of its {len(rows):,} pairs can be used ({'; '.join(left_out)})",
            path=path,
            remedy="use ids or names of the dataset's items" + (f", unlike {examples[0]}" * bool(examples)),
        )
    graded = pairs[c.SCORE].n_unique() > 1
    return GroundTruth(path.name, pairs, graded, len(rows), left_out, listed[QUERY].n_unique(), examples)


def _lines(path: Path, fields: int) -> list[list[str]]:
    """Return the fields of each line, separated by tabs."""
    lines = read_text(path, remedy="give the folder of the SAS data set").splitlines()
    rows = [line.split("\t") for line in lines]
    for number, row in enumerate(rows, start=1):
        if len(row) < fields:
            raise DataError(
                f"{len(row)} fields, expected {fields}",
                path=path,
                line=number,
                remedy="fields are separated by tabs",
            )
    if not rows:
        raise DataError("the file has no rows", path=path, remedy="download the file again")
    return rows

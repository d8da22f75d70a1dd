"""Truths besides held-out listeners: lists that somebody curated, and what a simulated world knows.

A curated list says ``query -> similar``, if you like with a grade. It comes as CSV, TSV or Parquet with the
columns query, similar [, grade], or in the layout of the SAS data set (S. Oramas et al., "A semantic-based
approach for artist similarity", ISMIR 2015).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

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
        What it is called in a report.
    pairs
        Columns target_item_id, item_id, score: a query, an item similar to it, and its grade above 0. No
        pair is there twice.
    graded
        Whether grades differ.
    read
        Pairs in the source.
    left_out
        Pairs that cannot be used, by reason.
    queries_read
        Queries in the source.
    examples
        Some of the items the dataset does not have.
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
        return self.pairs[c.TARGET_ITEM_ID].n_unique()


def read_curated(file: Path | str, dataset: Dataset) -> GroundTruth:
    """Read curated lists and find their items in a dataset.

    Parameters
    ----------
    file
        CSV (also with tabs, as ``.tsv``) or Parquet with the columns query, similar [, grade].
    dataset
        Whose items are meant: by id, else by a name that folds to that of exactly one item.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, lacks a column, is empty, or names nothing the dataset has.
    """
    path = Path(file)
    rows = read_table(path)
    if missing := [name for name in (QUERY, SIMILAR) if name not in rows.columns]:
        raise DataError(
            f"lacks the column {', '.join(missing)}",
            path=path,
            remedy="curated lists have the columns query, similar and, if you like, grade",
        )
    if rows.is_empty():
        raise DataError("has no rows", path=path, remedy="give one row a query and similar item")
    grade = pl.col(GRADE) if GRADE in rows.columns else pl.lit("1")
    asked = rows.select(
        pl.col(QUERY, SIMILAR).cast(pl.String).str.strip_chars(),
        grade.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False).alias(GRADE),
    )
    return _matched(path, asked, lambda names: by_id_or_name(names, dataset))


def read_sas(folder: Path | str | None, dataset: Dataset) -> GroundTruth:
    """Read the Last.fm lists of the SAS data set and find their artists in a dataset.

    Parameters
    ----------
    folder
        Where ``lastfmapi_gold.txt`` and ``mb2uri_lastfmapi.txt`` lie; None means the folder
        ``artist-similarity-sas`` in that which the environment variable ``TIGERTAIL_DATA`` names.
    dataset
        Whose items are meant: by MusicBrainz identifier, else by a name that folds to exactly one item's.

    Raises
    ------
    DataError
        If a file is missing or laid out in another way, or the dataset has none of the artists.
    """
    if folder is None and "TIGERTAIL_DATA" not in os.environ:
        raise DataError(
            "nobody says where the SAS data set is",
            remedy=f"give its folder, or set TIGERTAIL_DATA to the folder of {SAS_FOLDER}",
        )
    path = Path(os.environ["TIGERTAIL_DATA"]) / SAS_FOLDER if folder is None else Path(folder)
    lists = _lines(path / SAS_LISTS, 2)
    names = dict(line[:2] for line in _lines(path / SAS_NAMES, 2))
    asked = pl.DataFrame(
        [(query, similar, 1.0) for query, line in lists for similar in line.split()],
        {QUERY: pl.String, SIMILAR: pl.String, GRADE: pl.Float64},
        orient="row",
    )
    return _matched(path, asked, lambda mbids: by_mbid_or_name(mbids, names, dataset))


def read_lists(path: Path | str | None, layout: str, dataset: Dataset) -> GroundTruth:
    """Read curated lists of any layout.

    Parameters
    ----------
    path
        Their file, or folder; None means where the environment says, for a layout that has such a place.
    layout
        One of :data:`LAYOUTS`.
    dataset
        Whose items are meant.

    Raises
    ------
    ConfigError
        If there is no such layout.
    DataError
        If nobody says where the lists are, and as the layout's own function does.
    """
    if layout not in LAYOUTS:
        raise ConfigError(f"no layout '{layout}' of lists", remedy=f"it is one of {', '.join(LAYOUTS)}")
    if layout == "sas":
        return read_sas(path, dataset)
    if path is None:
        raise DataError("nobody says where the lists are", remedy="give their file")
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


def grade_matrix(truth: GroundTruth, interactions: Interactions) -> CSR:
    """Return a truth as a matrix of grades, items by items, in the codes of some interactions."""
    codes = pl.DataFrame({c.ITEM_ID: interactions.item_ids}).with_row_index("column")
    queries = codes.rename({c.ITEM_ID: c.TARGET_ITEM_ID, "column": "row"})
    coded = truth.pairs.join(queries, on=c.TARGET_ITEM_ID).join(codes, on=c.ITEM_ID)
    return CSR.build(coded["row"], coded["column"], coded[c.SCORE], (len(codes), len(codes)))


def _matched(path: Path, asked: pl.DataFrame, find: Callable[[pl.Series], pl.DataFrame]) -> GroundTruth:
    """Put ids in the place of names; count what cannot be used, and why.

    ``find`` returns, for some distinct names, the columns said, called (what a person would say), item_id
    and why, of which one of the last two is null.
    """
    said = pl.concat([asked[QUERY], asked[SIMILAR].alias(QUERY)]).drop_nulls().unique(maintain_order=True)
    found = find(said.alias("said"))
    examples = tuple(found.filter(pl.col("why").is_not_null())["called"].head(_EXAMPLES))
    found = found.drop("called")
    queries = found.rename({"said": QUERY, "why": "query_why"})
    answers = found.rename({"said": SIMILAR, "why": "similar_why", c.ITEM_ID: "answer"})
    rows = asked.join(queries, on=QUERY, how="left", maintain_order="left")
    rows = rows.join(answers, on=SIMILAR, how="left", maintain_order="left")
    nameless = pl.col(QUERY).fill_null("").eq("") | pl.col(SIMILAR).fill_null("").eq("")
    grade = pl.col(GRADE)
    reason = (
        pl.when(nameless)
        .then(pl.lit("query or similar is empty"))
        .when(~grade.is_finite().fill_null(False) | (grade < 0))
        .then(pl.lit("grade is no number from 0 up"))
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
    return GroundTruth(path.name, pairs, graded, len(rows), left_out, asked[QUERY].n_unique(), examples)


def _lines(path: Path, fields: int) -> list[list[str]]:
    """Return the fields of each line, parted by tabs."""
    lines = read_text(path, remedy="give the folder of the SAS data set").splitlines()
    rows = [line.split("\t") for line in lines]
    for number, row in enumerate(rows, start=1):
        if len(row) < fields:
            raise DataError(
                f"{len(row)} fields, expected {fields}",
                path=path,
                line=number,
                remedy="fields are parted by tabs",
            )
    if not rows:
        raise DataError("has no rows", path=path, remedy="get the file again")
    return rows

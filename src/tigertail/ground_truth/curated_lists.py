"""Curated lists as a ground truth: pairs ``query -> similar``, optionally with a grade.

They are a table with the columns query, similar [, grade], or have the layout of the SAS data set
(S. Oramas et al., "A semantic-based approach for artist similarity", ISMIR 2015).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.matching import by_id_or_name, by_mbid_or_name
from tigertail.errors import ConfigError, DataError
from tigertail.ground_truth.ground_truth import GroundTruth
from tigertail.io.files import lacking, read_table, read_text

QUERY: Final = "query"
SIMILAR: Final = "similar"
GRADE: Final = "grade"
LAYOUTS: Final = ("pairs", "sas")

SAS_FOLDER: Final = "artist-similarity-sas"
SAS_LISTS: Final = "lastfmapi_gold.txt"
SAS_NAMES: Final = "mb2uri_lastfmapi.txt"

_EXAMPLES: Final = 3


def read_curated(file: Path | str, dataset: Dataset) -> GroundTruth:
    """Read curated lists and find their items in a dataset.

    Parameters
    ----------
    file
        CSV (also with tabs, as ``.tsv``), Parquet or JSON lines (``.jsonl``) with the columns query, similar [, grade].
    dataset
        The dataset, whose items are found by id or MusicBrainz id, else by a folded name that only one item has.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, lacks a column, is empty, is not all text and numbers, or none of its
        pairs can be used.
    """
    path = Path(file)
    rows = read_table(path)
    if missing := [name for name in (QUERY, SIMILAR) if name not in rows.columns]:
        remedy = "curated lists have the columns query, similar and optionally grade"
        raise lacking(missing, rows, path=path, remedy=remedy)
    if rows.is_empty():
        raise DataError(
            "the file has no rows", path=path, remedy="write a query and a similar item in each row"
        )
    grade = pl.col(GRADE) if GRADE in rows.columns else pl.lit(1)
    try:
        listed = rows.select(
            *(_whole(rows[name]).cast(pl.String).str.strip_chars() for name in (QUERY, SIMILAR)),
            grade.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False).alias(GRADE),
        )
    except pl.exceptions.PolarsError:  # lists, or bytes that are no text
        types = ", ".join(f"{name} {dtype}" for name, dtype in rows.schema.items())
        raise DataError(
            f"its columns are not all text and numbers ({types})",
            path=path,
            remedy="write an id or a name in query and similar, one pair in each row, and a number in grade",
        ) from None
    return _matched(
        path,
        listed,
        lambda names: by_id_or_name(names, dataset),
        unknown_remedy="use ids, MBIDs or names of the dataset's items, unlike",
    )


def read_sas(folder: Path | str | None, dataset: Dataset) -> GroundTruth:
    """Read the Last.fm lists of the SAS data set and find their artists in a dataset.

    Parameters
    ----------
    folder
        The folder of ``lastfmapi_gold.txt`` and ``mb2uri_lastfmapi.txt``; None means ``artist-similarity-sas`` in the
        folder of the environment variable ``TIGERTAIL_DATA``. A line of the first file is an MBID, a tab and, with
        blanks between them, the MBIDs of similar artists; of the second an MBID, the name and an address at DBpedia,
        with tabs between them.
    dataset
        The dataset, whose items are found by MusicBrainz id, else by a folded name that only one item has.

    Raises
    ------
    DataError
        If no folder is given, a file is missing or of another layout, or none of the pairs can be used.
    """
    data = os.environ.get("TIGERTAIL_DATA")
    if folder is None and not data:
        raise DataError(
            "no folder of the SAS data set is given",
            remedy=f"give its folder, or set TIGERTAIL_DATA to the folder of {SAS_FOLDER}",
        )
    path = Path(data or "").expanduser() / SAS_FOLDER if folder is None else Path(folder)
    lists = _lines(path / SAS_LISTS)
    names = {mbid: rest.partition("\t")[0] for mbid, rest in _lines(path / SAS_NAMES)}
    listed = pl.DataFrame(
        [(query, similar, 1.0) for query, answers in lists for similar in answers.split()],
        {QUERY: pl.String, SIMILAR: pl.String, GRADE: pl.Float64},
        orient="row",
    )
    if listed.is_empty():
        raise DataError(
            "no artist has a similar one", path=path / SAS_LISTS, remedy="give the file as published"
        )
    return _matched(
        path,
        listed,
        lambda mbids: by_mbid_or_name(mbids, names, dataset),
        unknown_remedy="use a dataset whose artists have MBIDs, or names as Last.fm writes them, such as",
    )


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


def _whole(ids: pl.Series) -> pl.Series:
    """Return ids as they were before an empty cell of their column made them floats: 311, not 311.0."""
    is_whole = ids.dtype.is_float() and (ids.drop_nulls().fill_nan(None).drop_nulls() % 1 == 0).all()
    return ids.cast(pl.Int64, strict=False) if is_whole else ids


def _matched(
    path: Path,
    listed: pl.DataFrame,
    find: Callable[[pl.Series], pl.DataFrame],
    *,
    unknown_remedy: str,
) -> GroundTruth:
    """Replace names by ids; count the unusable pairs, by reason.

    ``find`` returns, for distinct names, the columns reference, shown (a readable name), item_id and why; one of the
    last two is null. ``unknown_remedy`` is for names that mean no item or several; such a name follows it.
    """
    names = pl.concat([listed[QUERY], listed[SIMILAR].alias(QUERY)]).drop_nulls()
    names = names.filter(names != "").unique(maintain_order=True)
    matched = find(names.alias("reference"))
    examples = tuple(matched.filter(pl.col("why").is_not_null())["shown"].head(_EXAMPLES))
    matched = matched.drop("shown")
    queries = matched.rename({"reference": QUERY, "why": "query_why"})
    answers = matched.rename({"reference": SIMILAR, "why": "similar_why", c.ITEM_ID: "answer"})
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
    counts = rows["reason"].drop_nulls().value_counts().sort("count", "reason", descending=[True, False])
    left_out: dict[str, int] = dict(counts.iter_rows())
    used = rows.filter(pl.col("reason").is_null()).select(
        pl.col(c.ITEM_ID).alias(c.TARGET_ITEM_ID), pl.col("answer").alias(c.ITEM_ID), grade.alias(c.SCORE)
    )
    pairs = used.group_by(c.TARGET_ITEM_ID, c.ITEM_ID, maintain_order=True).agg(pl.col(c.SCORE).max())
    if repeated := len(used) - len(pairs):
        left_out["pair is there already (the highest grade counts)"] = repeated
    if pairs.is_empty():
        most = next(iter(left_out))
        raise DataError(
            f"not one of its {len(rows):,} pairs can be used ({'; '.join(left_out)})",
            path=path,
            remedy=f"{unknown_remedy} {examples[0]}"
            if most.startswith(("query:", "similar:"))
            else "write pairs of two different items, and a grade above 0, or no column grade",
        )
    graded = pairs[c.SCORE].n_unique() > 1
    # Spellings of one item are one query.
    queries_read = rows.filter(pl.col(QUERY) != "").select(pl.coalesce(c.ITEM_ID, QUERY)).n_unique()
    name = path.name or path.resolve().name
    return GroundTruth(name, pairs, graded, len(rows), left_out, queries_read, examples)


def _lines(path: Path) -> list[tuple[str, str]]:
    """Return the id that begins each line, and what follows after a tab."""
    text = read_text(path, remedy="give the folder of the SAS data set")
    if not text.strip():
        raise DataError("the file has no rows", path=path, remedy="download the file again")
    rows = []
    for number, line in enumerate(text.rstrip("\n").split("\n"), start=1):
        ident, tab, rest = line.partition("\t")
        if not tab:
            raise DataError(
                "no tab after the id", path=path, line=number, remedy="give the file as published"
            )
        rows.append((ident, rest))
    return rows

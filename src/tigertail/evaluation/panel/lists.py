"""The answers the panel reads: the first ten of each system after each chosen artist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import ConfigError
from tigertail.evaluation.baselines import ALS, RP3Beta, TfIdf
from tigertail.evaluation.recommender import Recommender
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.systems import PLAIN_ALS, NeighbourFile
from tigertail.model import Model
from tigertail.splitting.hold_out import ProtocolConfig, without_hold_out

SYSTEM: Final = "system"
QUERY, ANSWER = "query", "answer"  # names, for the reader
PLAIN_ALS_NAME: Final = "plain ALS cosine"
LENGTH: Final = 10
LAYOUT: Final = (c.STRATUM, SYSTEM, c.TARGET_ITEM_ID, QUERY, c.RANK, c.ITEM_ID, ANSWER)

BASELINES: Final[Mapping[str, Recommender]] = {
    PLAIN_ALS_NAME: ALS(**dict(PLAIN_ALS.base), confidence=PLAIN_ALS.confidence),
    "RP3beta": RP3Beta(),
    "TF-IDF": TfIdf(),
}
"""What our lists are read beside, each with its shipped settings."""

Lists = dict[str, list[str]]
"""The ids that one system answers to each query, best first."""


def baseline_lists(dataset: Dataset, queries: Iterable[str], baseline: Recommender, n: int = LENGTH) -> Lists:
    """Fit a baseline to a whole dataset and return its answers; no listener is held out.

    An id that the dataset does not have has an empty list.
    """
    interactions = Interactions.of(dataset)
    asked = list(queries)
    codes = interactions.items.codes(pl.Series(asked, dtype=pl.String))
    lists: Lists = {query: [] for query in asked}
    asked = [query for query, code in zip(asked, codes, strict=True) if code >= 0]
    codes = codes[codes >= 0]
    split = without_hold_out(dataset, interactions, ProtocolConfig(k=n), codes)
    ids = interactions.items.ids
    found = ranked_lists(baseline.fit(split), split)[0]
    for query, row in zip(asked, found, strict=True):
        lists[query] = [ids[int(item)] for item in row if item >= 0]
    return lists


def model_lists(model: Model, queries: Iterable[str], n: int = LENGTH) -> Lists:
    """Return a model's answers with the defaults that everybody gets.

    Raises
    ------
    UnknownItemError
        If the model does not have an id.
    """
    return {query: model.similar(f"id:{query}", n)[c.ITEM_ID].to_list() for query in queries}


def file_lists(file: NeighbourFile, queries: Iterable[str], n: int = LENGTH) -> Lists:
    """Return the answers of a file of neighbours, such as another release writes with ``tigertail neighbours``.

    They stand in the order of :meth:`NeighbourFile.read`, equal scores in that of the file's rows. An id that the file
    does not have has an empty list.
    """
    lists = {}
    for query in queries:
        own = file.lists.filter(pl.col(c.TARGET_ITEM_ID) == query, pl.col(c.ITEM_ID) != query)
        lists[query] = own.sort(c.SCORE, descending=True, maintain_order=True)[c.ITEM_ID].head(n).to_list()
    return lists


def answer_lists(
    dataset: Dataset,
    queries: pl.DataFrame,
    *,
    models: Mapping[str, Model] | None = None,
    files: Mapping[str, Path] | None = None,
    baselines: Mapping[str, Recommender] = BASELINES,
    n: int = LENGTH,
) -> pl.DataFrame:
    """Ask every system about every query.

    Parameters
    ----------
    dataset
        The data to fit baselines to; models and files were fitted to the same.
    queries
        As :func:`tigertail.evaluation.panel.choose` returns them.
    models
        Models by the name of the system.
    files
        Files of neighbours by the name of the system.
    baselines
        Baselines by the name of the system.
    n
        Length of a list.

    Returns
    -------
    pl.DataFrame
        Columns :data:`LAYOUT`: one row an answer. A system that has no answer to a query has one row with a null
        rank and answer, so that its empty list is counted.

    Raises
    ------
    ConfigError
        If two systems have one name.
    DataError
        If a file is missing, has other columns, or is of another dataset.
    UnknownItemError
        If a model does not have a query.
    """
    asked = queries[c.ITEM_ID].to_list()
    systems: list[tuple[str, Callable[[], Lists]]] = [
        *(
            (name, lambda each=each: baseline_lists(dataset, asked, each, n))
            for name, each in baselines.items()
        ),
        *((name, lambda each=each: model_lists(each, asked, n)) for name, each in (models or {}).items()),
        *(
            (name, lambda each=each: file_lists(NeighbourFile.read(each, dataset), asked, n))
            for name, each in (files or {}).items()
        ),
    ]
    names = [name for name, _ in systems]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConfigError(f"two systems have the name '{twice[0]}'", remedy="give each its own name")
    rows: list[tuple[str, str, int | None, str | None]] = []
    for system, ask in systems:
        for query, answers in ask().items():
            rows += [(system, query, rank, answer) for rank, answer in enumerate(answers, start=1)]
            if not answers:
                rows.append((system, query, None, None))
    schema = {SYSTEM: pl.String, c.TARGET_ITEM_ID: pl.String, c.RANK: pl.Int64, c.ITEM_ID: pl.String}
    lists = pl.DataFrame(rows, schema, orient="row")
    shown = queries.select(c.STRATUM, pl.col(c.ITEM_ID).alias(c.TARGET_ITEM_ID), pl.col(c.NAME).alias(QUERY))
    # A dataset that no model was fitted to may have an item twice.
    called = dataset.items.unique(c.ITEM_ID, keep="first").select(c.ITEM_ID, pl.col(c.NAME).alias(ANSWER))
    return (
        lists.join(shown, on=c.TARGET_ITEM_ID, maintain_order="left")
        .join(called, on=c.ITEM_ID, how="left", maintain_order="left")
        .select(LAYOUT)
    )

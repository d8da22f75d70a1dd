"""Rankings for counterfactual evaluation: read from files of lists, or from models."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tigertail import columns as c
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.errors import ConfigError, DataError
from tigertail.io.files import read_table


def read_rankings(specifications: Sequence[str], events: pl.DataFrame, k: int) -> dict[str, pl.DataFrame]:
    """Read rankings for counterfactual evaluation.

    Parameters
    ----------
    specifications
        ``NAME=PATH`` each: a file of lists as ``tigertail neighbours`` writes it (columns of CSV are read as text), or
        a model's folder. A model answers the queries of the events, with its default options.
    events
        Column query: the items that a model is asked about.
    k
        Length of the lists of a model.

    Returns
    -------
    dict[str, polars.DataFrame]
        By name. Those of files have the columns of the file, which are not checked here; those of models
        target_item_id, item_id, score and rank.

    Raises
    ------
    ConfigError
        If one has another form, or two have the same name.
    DataError
        If a file is missing or cannot be read, or a model has none of the queries.
    ModelError
        If a folder is no model, or the model is damaged.
    """
    found: dict[str, pl.DataFrame] = {}
    for one in specifications:
        name, equals, path = one.partition("=")
        given = name and equals and path
        if not given or name in found:
            problem = f"two rankings are named '{name}'" if given else f"'{one}' is not NAME=PATH"
            raise ConfigError(
                problem, remedy="name each ranking: --ranking v1=lists.parquet --ranking v2=MODEL"
            )
        place = Path(path)
        found[name] = (
            _model_lists(place, events, k)
            if os.path.isdir(place)  # noqa: PTH112 - answers for a name that is too long
            else read_table(
                place, remedy="give a file of lists (Parquet, CSV or JSON lines), or a model's folder"
            )
        )
    return found


def _model_lists(folder: Path, events: pl.DataFrame, k: int) -> pl.DataFrame:
    from tigertail.model import load

    model = load(folder)
    queries = events["query"].drop_nulls().unique(maintain_order=True).cast(pl.String)
    known = queries.filter(queries.is_in(model.items[c.ITEM_ID].implode()))
    if known.is_empty() and not queries.is_empty():
        raise DataError(
            "no query of the log is in the model",
            path=folder,
            remedy="give a model fitted to the catalogue of the log",
        )
    return model.neighbours(Vocabulary(model.items[c.ITEM_ID]).codes(known), k)

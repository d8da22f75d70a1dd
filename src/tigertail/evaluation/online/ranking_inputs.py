"""Rankings for counterfactual evaluation: read from files of lists, or from models."""

from __future__ import annotations

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
        ``NAME=PATH`` each: a file of lists as ``tigertail neighbours`` writes it (Parquet or CSV, whose columns are
        read as text), or a model's folder. A model answers the queries of the events, with its default options.
    events
        Column query: the items that a model is asked about.
    k
        Length of the lists of a model.

    Returns
    -------
    dict[str, polars.DataFrame]
        By name; columns target_item_id, item_id and rank or score.

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
        if not (name and equals and path) or name in found:
            problem = f"two rankings are named '{name}'" if name in found else f"'{one}' is not NAME=PATH"
            raise ConfigError(
                problem, remedy="name each ranking: --ranking v1=lists.parquet --ranking v2=MODEL"
            )
        place = Path(path)
        found[name] = (
            _model_lists(place, events, k)
            if place.is_dir()
            else read_table(place, remedy="give a Parquet or a CSV file of lists, or a model's folder")
        )
    return found


def _model_lists(folder: Path, events: pl.DataFrame, k: int) -> pl.DataFrame:
    from tigertail.model import load

    model = load(folder)
    queries = events["query"].drop_nulls().unique(maintain_order=True).cast(pl.String)
    known = queries.filter(queries.is_in(model.items[c.ITEM_ID].implode()))
    if known.is_empty():
        raise DataError(
            "no query of the log is in the model",
            path=folder,
            remedy="give a model fitted to the catalogue of the log",
        )
    return model.neighbours(Vocabulary(model.items[c.ITEM_ID]).codes(known), k)

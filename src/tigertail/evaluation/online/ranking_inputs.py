"""Rankings that somebody wants judged by a log: files of lists, and models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tigertail.errors import ConfigError, DataError
from tigertail.io.files import read_table


def read_rankings(given: Sequence[str], events: pl.DataFrame, k: int) -> dict[str, pl.DataFrame]:
    """Read rankings to be judged.

    Parameters
    ----------
    given
        ``NAME=PATH`` each: a file of lists as ``tigertail neighbours`` writes it (Parquet, or CSV), or a model's
        folder. The model is asked what the events asked, with its dials where it has them by default.
    events
        Columns kind and query.
    k
        Length of the lists wanted of a model.

    Returns
    -------
    dict[str, polars.DataFrame]
        By name; columns target_item_id, item_id and rank or score.

    Raises
    ------
    ConfigError
        If one is not of that form, or two have one name.
    DataError
        If a file is missing or cannot be read.
    """
    found: dict[str, pl.DataFrame] = {}
    for one in given:
        name, equals, path = one.partition("=")
        if not (name and equals and path) or name in found:
            raise ConfigError(
                f"'{one}' is no ranking to be judged, or its name is there already",
                remedy="give each as NAME=PATH: --ranking v1=lists.parquet --ranking v2=MODEL",
            )
        if Path(path).is_dir():
            found[name] = _asked(Path(path), events, k)
        else:
            remedy = "give a CSV or Parquet file of lists, or a model's folder"
            found[name] = read_table(Path(path), remedy=remedy, infer_schema=True)
    return found


def _asked(folder: Path, events: pl.DataFrame, k: int) -> pl.DataFrame:
    import tigertail

    model = tigertail.load(folder)
    queries = events["query"].drop_nulls().unique(maintain_order=True).cast(pl.String)
    known = queries.filter(queries.is_in(model.items["item_id"].implode()))
    if known.is_empty():
        raise DataError(
            "the model knows no item that was asked about",
            path=folder,
            remedy="give a model fitted to the catalogue of the log",
        )
    return model.neighbours(known.to_list(), k)

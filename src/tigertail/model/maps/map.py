"""A map of the catalogue: before, by the cosine of the ALS factors (naive CF), and after, by the model.

Where many items lie in one spot before, as those of one country or of one listener do, each is followed by the same
others. The map after starts from the map before, so that the two can be compared.

A map belongs to one version of a model and lies beside its generations, in ``MODEL/maps``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.errors import ModelError
from tigertail.model.maps.layout import NEIGHBOURS, Floats, align, centre, layout, neighbour_graph, scale
from tigertail.model.model import Model
from tigertail.model.query_options import COSINE, QueryOptions
from tigertail.model.registry import FACTORS
from tigertail.model.store.folder import forget_maps, kept_versions, map_file, read_manifest
from tigertail.signals.contract import HasItemVectors
from tigertail.signals.directions import directions
from tigertail.storage import UNREADABLE, replaced_file

BEFORE: Final = ("before_x", "before_y")
AFTER: Final = ("after_x", "after_y")
NAIVE: Final = QueryOptions(signal=COSINE)
"""The query of the map before: the cosine of the factors."""


def make_map(model: Model) -> pl.DataFrame:
    """Lay a model's items out in the plane, twice.

    Parameters
    ----------
    model
        The model; its seed is the map's.

    Returns
    -------
    polars.DataFrame
        One row per item, in the order of the model's: item_id; before_x and before_y, by the cosine of the factors;
        after_x and after_y, by the signal the model is asked by default; float32, from -1 to 1. Null where that
        signal has no data about the item.

    Raises
    ------
    TigertailError
        If umap-learn is not installed.
    """
    before = centre(layout(_neighbour_graph(model, NAIVE), _principal_positions(model), model.config.seed))
    after = centre(layout(_neighbour_graph(model, QueryOptions()), before, model.config.seed))
    positions = np.hstack([scale(before), scale(align(after, before))])
    coordinates = [
        pl.Series(name, column, nan_to_null=True)
        for name, column in zip((*BEFORE, *AFTER), positions.T, strict=True)
    ]
    return model.items.select(c.ITEM_ID).with_columns(coordinates)


def save_map(positions: pl.DataFrame, model: Model, path: Path | str) -> Path:
    """Write a map beside the model it is of, and remove those of versions that are no longer kept.

    Parameters
    ----------
    positions
        What :func:`make_map` returned.
    model
        The model it was made of, as it was loaded.
    path
        The model's folder.

    Returns
    -------
    pathlib.Path
        The file, written atomically.

    Raises
    ------
    ModelError
        If the folder holds no such version any more.
    TigertailError
        If the disk is full or cannot be written.
    """
    path = Path(path)
    if model.version not in kept_versions(path):
        raise ModelError(
            "the model was replaced while its map was made", path=path, remedy=f"run: tigertail map {path}"
        )
    file = map_file(path, model.version)
    with replaced_file(file) as temporary:
        positions.write_parquet(temporary)
    forget_maps(path)
    return file


def read_map(path: Path | str, version: str | None = None) -> pl.DataFrame | None:
    """Return the map of a version of a model; None if none was made.

    Parameters
    ----------
    path
        The model's folder.
    version
        Which one; None means the current one.

    Returns
    -------
    polars.DataFrame or None
        As :func:`make_map` returned it.

    Raises
    ------
    ModelError
        If there is no model, or the map is damaged.
    """
    path = Path(path)
    file = map_file(path, version or read_manifest(path)[1])
    try:
        return pl.read_parquet(file, columns=[c.ITEM_ID, *BEFORE, *AFTER], glob=False)
    except FileNotFoundError:
        return None
    except UNREADABLE as error:
        raise ModelError(f"damaged map ({error})", path=file, remedy=f"run: tigertail map {path}") from error


def _neighbour_graph(model: Model, options: QueryOptions) -> object:
    lists = model.neighbours(top=NEIGHBOURS, options=options)
    ids = model.items[c.ITEM_ID]
    codes = np.arange(len(ids), dtype=np.int32)
    queries, items = (
        lists[column].replace_strict(ids, codes, return_dtype=pl.Int32).to_numpy()
        for column in (c.TARGET_ITEM_ID, c.ITEM_ID)
    )
    return neighbour_graph(queries, items, lists[c.RANK].to_numpy(), len(ids))


def _principal_positions(model: Model) -> Floats:
    """Return the first two principal components of the factors, where the layout before starts; NaN where unknown."""
    signal = model.signals[FACTORS]
    assert isinstance(signal, HasItemVectors)
    vectors = directions(np.asarray(signal.vectors, np.float64)[signal.known])
    vectors -= vectors.mean(axis=0)
    init = np.full((len(signal.known), 2), np.nan, np.float32)
    init[signal.known] = vectors @ _principal_axes(vectors)
    return init


def _principal_axes(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the two eigenvectors of the largest eigenvalues, each with its largest entry positive; (factors, 2).

    Of one factor the second is 0.
    """
    components = np.linalg.eigh(vectors.T @ vectors)[1][:, :-3:-1]
    if components.shape[1] < 2:
        components = np.hstack([components, np.zeros_like(components)])
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=0)[None], axis=0)
    return components * np.where(largest < 0, -1, 1)

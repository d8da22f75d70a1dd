"""From a table of clips to one row of features an item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError
from tigertail.signals.audio.config import AudioConfig

Reals = NDArray[np.float64]

# No descriptor of a file has such a name: in a header there is no line feed.
_CODE = "\ncode"
_ARTIST = "\nartist"
_SPREAD = "\nspread of "


@dataclass(frozen=True, eq=False)
class Features:
    """What is known of the sound of items.

    Parameters
    ----------
    codes
        Items with audio, ascending; int64, (items with audio,).
    values
        Their features, each close to a standard normal distribution, those of how much clips differ multiplied by their
        weight; float64, (items with audio, features).
    artists
        A number for the artist of each: a prediction is made without the targets of this artist's items; int64, (items
        with audio,).
    names
        Descriptors whose means are the first columns of ``values``; how much they differ comes after. Of both, what is
        the same in all items is left out.
    """

    codes: NDArray[np.int64]
    values: Reals
    artists: NDArray[np.int64]
    names: tuple[str, ...]

    @property
    def means(self) -> Reals:
        """Mean of each named descriptor over an item's clips, as in ``values``; float64, (items with audio, names)."""
        return self.values[:, : len(self.names)]


def read_features(dataset: Dataset, interactions: Interactions, config: AudioConfig) -> Features:
    """Read the audio table and describe each item by the set of its clips.

    An artist has its own clips and those of all tracks and albums that name it in ``artist_id``. An item is described
    by the mean of its clips and, where the table has several clips per item, by how much they differ. Every column is
    then brought to a normal distribution by its ranks, so that neither units nor outliers count; how much clips differ
    is multiplied by its weight, ``config.spread``. A value that is missing or no finite number is left out; in a column
    where it has no other, an item gets the median.

    Raises
    ------
    DataError
        If there is no audio table, or it holds no descriptor, or no value of an item of the catalogue.
    """
    with dataset.reading(c.AUDIO_TABLE):
        table = dataset.scan(c.AUDIO_TABLE)
        names = [
            name
            for name, kind in table.collect_schema().items()
            if kind.is_numeric() and name not in (c.ITEM_ID, c.CLIP_ID, *config.ignored)
        ]
        clips = table.select(c.ITEM_ID, *(pl.col(name).cast(pl.Float64) for name in names)).collect()
    if not names:
        raise DataError(
            "the audio table has no descriptor",
            path=dataset.path,
            remedy="it needs numeric columns beside item_id; make some with: tigertail analyse",
        )
    items, artist = _catalogue(dataset, interactions)
    clips = _with_owners(clips, artist).join(items, on=c.ITEM_ID)
    finite = [pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in names]
    clips = clips.with_columns(finite).filter(~pl.all_horizontal(pl.col(name).is_null() for name in names))
    if clips.is_empty():
        raise DataError(
            "no item of the catalogue has a descriptor in the audio table",
            path=dataset.path,
            remedy="check its item ids, and that its descriptors are finite numbers",
        )
    # Sorted by their values too, so that the order of rows changes no bit of a sum.
    grouped = clips.sort(_CODE, *names).group_by(_CODE, maintain_order=True)
    by_item = grouped.agg(
        *(pl.col(name).mean() for name in names),
        *(_spread(name) for name in names),
        pl.col(_ARTIST).first(),
    )
    columns = [_normal(by_item[name].to_numpy()) for name in names]
    columns += [config.spread * _normal(by_item[_SPREAD + name].to_numpy()) for name in names]
    values = np.column_stack(columns)
    differs = values.std(axis=0) > 0
    return Features(
        by_item[_CODE].to_numpy().astype(np.int64),
        values[:, differs],
        by_item[_ARTIST].to_numpy().astype(np.int64),
        tuple(name for name, there in zip(names, differs, strict=False) if there),
    )


def _spread(name: str) -> pl.Expr:
    """Return how much the clips of an item differ; null where it has one clip."""
    return pl.when(pl.col(name).count() > 1).then(pl.col(name).std(ddof=0)).alias(_SPREAD + name)


def _catalogue(dataset: Dataset, interactions: Interactions) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the code of each item with a number for its artist, and the artist's id of each item that has one."""
    codes = interactions.items.table(c.ITEM_ID, _CODE)
    if c.ARTIST_ID not in dataset.items.columns:
        nobody = pl.DataFrame(schema={c.ITEM_ID: pl.String, c.ARTIST_ID: pl.String})
        return codes.with_columns(pl.col(_CODE).alias(_ARTIST)), nobody
    artist = dataset.items.select(c.ITEM_ID, c.ARTIST_ID).drop_nulls()
    whose = codes.join(artist, on=c.ITEM_ID, how="left", maintain_order="left")
    whose = whose.with_columns(pl.coalesce(c.ARTIST_ID, c.ITEM_ID).rank("dense").alias(_ARTIST))
    return whose.drop(c.ARTIST_ID), artist


def _with_owners(clips: pl.DataFrame, artist: pl.DataFrame) -> pl.DataFrame:
    """Return the clips of items, and once more as those of the artists whose tracks and albums they are."""
    others = artist.filter(pl.col(c.ITEM_ID) != pl.col(c.ARTIST_ID))  # an artist may be named as their own
    owners = others.rename({c.ARTIST_ID: _ARTIST})  # a descriptor may be called artist_id
    theirs = clips.join(owners, on=c.ITEM_ID).with_columns(pl.col(_ARTIST).alias(c.ITEM_ID))
    return pl.concat([clips, theirs.select(clips.columns)])


def _normal(column: Reals) -> Reals:
    """Bring a column to a standard normal distribution by its ranks, ties alike; NaN becomes 0."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    given = ~np.isnan(column)
    scores = np.zeros(len(column))
    # Half a rank less: the quantile at 1 would be infinite.
    scores[given] = ndtri((rankdata(column[given]) - 0.5) / max(1, given.sum()))
    return scores

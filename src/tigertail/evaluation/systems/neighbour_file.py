"""Neighbour lists of another program as a system of the report.

The file has the columns target_item_id, item_id and score or rank, the layout of RecTools and of `tigertail
neighbours`. The file does not show what it was fitted to: lists fitted to all listeners, with the held-out ones among
them, contain the answers, and their metrics are too high. :func:`write_training` writes the training part of a split,
to which another program can be fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import stated_availability
from tigertail.dataset.folding import fold_series
from tigertail.errors import DataError
from tigertail.ingest.formats.ids import ids_from_floats
from tigertail.io.files import lacking, read_table
from tigertail.signals.co_listening import CoListening
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split

_LAYOUT: Final = f"it needs {c.TARGET_ITEM_ID}, {c.ITEM_ID}, and {c.SCORE} or {c.RANK}"
_ENDS: Final = (c.TARGET_ITEM_ID, c.ITEM_ID)
_SIGN: Final = -(2**31)  # the bits of -0.0 as int32
_MIN_KNOWN: Final = 0.01  # share of a file's items that must be in the dataset


@dataclass(frozen=True, eq=False)
class NeighbourFile:
    """Lists read from a file, in ids of the dataset's items.

    Parameters
    ----------
    path
        The file.
    lists
        Columns target_item_id, item_id and score; the best of duplicate pairs, without rows of unknown items.
    rows
        Rows of the file.
    known, unknown
        Distinct items of the file that are in the dataset, and that are not.
    unusable
        Rows without an item, or without a finite score or a rank.
    """

    path: Path
    lists: pl.DataFrame
    rows: int
    known: int
    unknown: int
    unusable: int

    @classmethod
    def read(cls, path: Path | str, dataset: Dataset) -> Self:
        """Read a file of Parquet or JSON lines, or one of delimited text (tabs where it ends in .tsv, else commas).

        An item is identified by its id in the dataset, or else by a name that folds to the name of exactly one
        item. Where all ids of a column are whole numbers written as floats, "7.0" is "7". The affinity of a pair is
        its score; without scores, or where the scores of any list rise at one of its ranks (as distances do), it is
        1 / rank in all. Ranks may start from 0. Scores that are equal in float32 keep the order of their ranks and,
        where these are equal too or there are none, of the numbers in the file.

        Raises
        ------
        DataError
            If the file is missing or unreadable, lacks a column, has no row or no usable one, or fewer than 1 % of its
            items, or no pair of them, are known.
        """
        path = Path(path)
        table = _affinities(read_table(path), path)
        if table.is_empty():
            raise DataError("the file has no rows", path=path, remedy="write a pair of items in each row")
        score = pl.col(c.SCORE).cast(pl.Float32)
        usable = table.drop_nulls([*_ENDS, c.SCORE]).filter(score.is_finite())
        if usable.is_empty():
            raise DataError(
                f"none of its {len(table):,} rows has both items and a finite score or rank",
                path=path,
                remedy=f"write numbers as 0.25 is written; leave {c.SCORE} out where only {c.RANK} counts",
            )
        ids = _ids(pl.concat([usable[end].alias("text") for end in _ENDS]), dataset.items)
        known = int(ids["id"].count())
        lists = usable
        for end in _ENDS:
            lists = lists.join(
                ids.rename({"text": end, "id": f"{end}, known"}), on=end, maintain_order="left"
            )
        lists = lists.select(
            *(pl.col(f"{end}, known").alias(end) for end in _ENDS), c.SCORE, c.RANK
        ).drop_nulls(_ENDS)
        if known < _MIN_KNOWN * len(ids) or lists.is_empty():
            place = dataset.path or f"the dataset '{dataset.name}'"
            raise DataError(
                f"{known:,} of its {len(ids):,} items are in the dataset, which make {len(lists):,} of its "
                f"{len(usable):,} pairs",
                path=path,
                remedy=f"identify items by their {c.ITEM_ID} or name in {place}",
            )
        best = lists.group_by(*_ENDS, maintain_order=True).agg(pl.col(c.SCORE).max(), pl.col(c.RANK).min())
        return cls(path, _in_float32(best), len(table), known, len(ids) - known, len(table) - len(usable))

    @property
    def name(self) -> str:
        """Name of the system: the file name without its suffix."""
        return self.path.stem

    def fit(self, split: Split) -> CoListening:
        """Return the lists over the item codes of a split; nothing is fitted.

        The class stands for any lists: evaluation asks for affinities alone, not for evidence.
        """
        items = split.interactions.items
        coded = self.lists
        for end in _ENDS:
            coded = items.encode(coded, end, code=f"{end}, code")
        rows, columns = (coded[f"{end}, code"].to_numpy() for end in _ENDS)
        return CoListening(CSR.from_coo(rows, columns, coded[c.SCORE].to_numpy(), (len(items), len(items))))

    def __str__(self) -> str:
        lines = [
            f"{self.path}: {self.rows:,} rows; {self.known:,} of its {self.known + self.unknown:,} items are "
            "in the dataset."
        ]
        if self.unusable:
            lines.append(f"{self.unusable:,} rows have no item, or no finite score or rank.")
        lines.append(
            "If these lists were fitted to the held-out listeners too, their metrics are too high; "
            "see --write-train."
        )
        return "\n".join(lines)


def write_training(split: Split, path: Path | str, *, replace: bool = False) -> Dataset:
    """Write the training part of a split as a dataset of its own.

    Its table of availability has what the listeners of each source play, those held out too: what a source offers is no
    trace of a listener, and so what is fitted to the folder knows the same catalogues as what an evaluation fits.

    Parameters
    ----------
    split
        The split.
    path
        The folder to create.
    replace
        Whether an existing folder may be replaced.

    Raises
    ------
    TigertailError
        If the folder exists and must not be replaced, is that of the split's dataset, or cannot be written.
    """
    train = split.train
    if train.path is not None and train.path.resolve() == Path(path).resolve():
        raise DataError(
            "is the dataset that the training part is from", path=train.path, remedy="choose another name"
        )
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        table: train.scan(table) for table in train.manifest["tables"]
    }
    available = stated_availability(train)
    if not available.is_empty():
        tables[c.AVAILABILITY_TABLE] = available
    return Dataset.write(path, tables, name=f"{train.name}-train", simulated=train.simulated, replace=replace)


def _affinities(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return the pairs with their scores and ranks as float64; null where there is none."""
    missing = [end for end in _ENDS if end not in table.columns]
    if not missing and not {c.SCORE, c.RANK} & set(table.columns):
        missing = [f"{c.SCORE} or {c.RANK}"]
    if missing:
        raise lacking(missing, table, path=path, remedy=_LAYOUT)
    numbers = [column for column in (c.SCORE, c.RANK) if column in table.columns]
    try:
        plain = table.select(
            *(pl.col(end).cast(pl.String) for end in _ENDS),
            *(
                (pl.col(column) if column in numbers else pl.lit(None).alias(column)).cast(
                    pl.Float64, strict=False
                )
                for column in (c.SCORE, c.RANK)
            ),
        )
    except pl.exceptions.PolarsError as error:
        problem = str(error).partition("\n")[0]
        raise DataError(f"has columns of the wrong type ({problem})", path=path, remedy=_LAYOUT) from None
    plain = ids_from_floats(plain, list(_ENDS), path)  # as those of a dataset are
    if c.SCORE not in numbers or not _falling(plain):
        place = pl.col(c.RANK) + (pl.col(c.RANK) == 0).any().cast(pl.Float64)  # some files count from 0
        plain = plain.with_columns(pl.when(place > 0).then(1 / place).alias(c.SCORE))
    return plain.with_columns(pl.col(c.SCORE).fill_nan(None))


def _falling(table: pl.DataFrame) -> bool:
    """Return whether the finite scores of every list, as float32, fall with the rank, or stay."""
    finite = table.with_columns(pl.col(c.SCORE).cast(pl.Float32)).drop_nulls()
    finite = finite.filter(pl.col(c.SCORE).is_finite())
    ranked = finite.sort(c.TARGET_ITEM_ID, c.RANK, c.SCORE, descending=[False, False, True])
    rising = pl.col(c.SCORE).diff() > 0
    same = pl.col(c.TARGET_ITEM_ID) == pl.col(c.TARGET_ITEM_ID).shift()
    return not ranked.select((rising & same).any()).item()


def _in_float32(lists: pl.DataFrame) -> pl.DataFrame:
    """Return scores as float32, without the ranks, in the order that these and the scores have.

    Of scores that are equal as float32 and not before, or at different ranks, the better ones are raised, each to the
    next number above that of the one below.
    """
    single = lists[c.SCORE].cast(pl.Float32)
    # As whole numbers the bits of floats are in the same order, but for those below 0 in the opposite one.
    bits = single.to_numpy().view(np.int32).astype(np.int64)
    lists = lists.with_columns(
        single.alias("single"), number=pl.Series(np.where(bits < 0, _SIGN - bits, bits))
    )
    worst_first = [pl.col("single"), -pl.col(c.RANK), pl.col(c.SCORE)]
    step = pl.struct("single", c.RANK, c.SCORE).rle_id().cast(pl.Int64)
    raised = (pl.col("number") - step).cum_max() + step
    number = lists.select(raised.over(c.TARGET_ITEM_ID, order_by=worst_first)).to_series().to_numpy()
    bits = np.where(number < 0, _SIGN - number, number).astype(np.int32)
    return lists.select(*_ENDS, pl.Series(c.SCORE, bits.view(np.float32)))


def _ids(texts: pl.Series, items: pl.DataFrame) -> pl.DataFrame:
    """Return each distinct text with the id of the item it identifies, null where there is none."""
    distinct = pl.DataFrame({"text": texts.unique()})
    distinct = distinct.with_columns(fold_series(distinct["text"]).alias("folded"))
    items = items.unique(c.ITEM_ID, keep="first")  # a table may list an item twice
    by_id = items.select(pl.col(c.ITEM_ID).alias("text"), pl.col(c.ITEM_ID).alias("by id"))
    names = pl.DataFrame({"by name": items[c.ITEM_ID], "folded": fold_series(items[c.NAME])})
    by_name = names.drop_nulls().unique("folded", keep="none")
    found = distinct.join(by_id, on="text", how="left").join(by_name, on="folded", how="left")
    return found.select("text", pl.coalesce("by id", "by name").alias("id"))

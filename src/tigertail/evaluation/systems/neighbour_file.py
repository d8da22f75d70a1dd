"""Neighbour lists of any other program, judged like a system of ours.

The file has the columns target_item_id, item_id and score or rank, the layout of RecTools and of `tigertail
neighbours`. Nobody can tell from it what it was learnt from: lists made from all listeners, those held out
among them, have seen the answers and are flattered. :func:`write_training` writes the training part of a
trial, on which another program can be fitted honestly.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series
from tigertail.errors import DataError
from tigertail.io.files import read_table
from tigertail.signals.co_listening import CoListening
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split

_LAYOUT: Final = f"it needs {c.TARGET_ITEM_ID}, {c.ITEM_ID}, and {c.SCORE} or {c.RANK}"
_ENDS: Final = (c.TARGET_ITEM_ID, c.ITEM_ID)
_LEAST_KNOWN: Final = 0.01  # share of a file's items that must be the dataset's


@dataclass(frozen=True, eq=False)
class NeighbourFile:
    """Lists read from a file, in ids of the dataset's items.

    Parameters
    ----------
    path
        The file.
    lists
        Columns target_item_id, item_id and score; of pairs given twice the best, rows of unknown items left
        out.
    rows
        Rows of the file.
    known, unknown
        Distinct items of the file that the dataset has, and has not.
    unusable
        Rows without an item or without a finite score or a rank.
    """

    path: Path
    lists: pl.DataFrame
    rows: int
    known: int
    unknown: int
    unusable: int

    @classmethod
    def read(cls, path: Path | str, dataset: Dataset) -> Self:
        """Read a Parquet file, or one of delimited text (tabs where it ends in .tsv, else commas).

        An item is given by its id in the dataset or else by a name that folds to exactly one item's. The
        affinity of a pair is its score; where there is none, or scores do not fall as ranks rise (such as
        distances), it is 1 / rank; ranks may count from 0.

        Raises
        ------
        DataError
            If the file is missing or unreadable, lacks a column, or fewer than 1 % of its items are known.
        """
        path = Path(path)
        table = _affinities(read_table(path), path)
        usable = table.filter(pl.all_horizontal(pl.all().is_not_null()) & pl.col(c.SCORE).is_finite())
        ids = _ids(pl.concat([usable[end].alias("given") for end in _ENDS]), dataset.items)
        known = int(ids["id"].count())
        if known < _LEAST_KNOWN * len(ids) or not known:
            raise DataError(
                f"{known:,} of its {len(ids):,} items are known to the dataset",
                path=path,
                remedy=f"write its items by their {c.ITEM_ID} or name in {dataset.path}",
            )
        lists = usable
        for end in _ENDS:
            lists = lists.join(
                ids.rename({"given": end, "id": f"{end}, known"}), on=end, maintain_order="left"
            )
        lists = lists.select(
            *(pl.col(f"{end}, known").alias(end) for end in _ENDS), pl.col(c.SCORE)
        ).drop_nulls()
        best = lists.group_by(*_ENDS, maintain_order=True).agg(pl.col(c.SCORE).max())
        return cls(path, best, len(table), known, len(ids) - known, len(table) - len(usable))

    @property
    def name(self) -> str:
        """What the system is called: the file's name without its ending."""
        return self.path.stem

    def fit(self, trial: Split) -> CoListening:
        """Return the lists over a trial's item codes; nothing is learnt."""
        ids = trial.interactions.item_ids
        codes = pl.DataFrame({"id": ids, "code": pl.int_range(len(ids), dtype=pl.Int32, eager=True)})
        coded = self.lists
        for end in _ENDS:
            coded = coded.join(codes.rename({"id": end, "code": f"{end}, code"}), on=end)
        rows, columns = (coded[f"{end}, code"].to_numpy() for end in _ENDS)
        return CoListening(CSR.build(rows, columns, coded[c.SCORE].to_numpy(), (len(ids), len(ids))))

    def __str__(self) -> str:
        lines = [
            f"{self.path}: {self.rows:,} rows; {self.known:,} of its {self.known + self.unknown:,} items are "
            "known to the dataset."
        ]
        if self.unusable:
            lines.append(f"{self.unusable:,} rows lack an item, or a finite score or a rank.")
        lines.append(
            "If it was made from all listeners, those held out among them, it has seen the answers and is "
            "flattered; see --write-train."
        )
        return "\n".join(lines)


def write_training(trial: Split, path: Path | str, *, replace: bool = False) -> Dataset:
    """Write what systems may see of a trial as a dataset of its own.

    Parameters
    ----------
    trial
        A trial.
    path
        The folder to make.
    replace
        Whether an existing folder may be replaced.

    Raises
    ------
    TigertailError
        If the folder exists and may not be replaced, or cannot be written.
    """
    train = trial.train
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        table: train.scan(table) for table in train.manifest["tables"]
    }
    return Dataset.write(path, tables, name=f"{train.name}-train", simulated=train.simulated, replace=replace)


def _affinities(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return the pairs with a score each, in a float32; null where there is none."""
    missing = [end for end in _ENDS if end not in table.columns]
    if not missing and not {c.SCORE, c.RANK} & set(table.columns):
        missing = [f"{c.SCORE} or {c.RANK}"]
    if missing:
        raise DataError(f"lacks the column {', '.join(missing)}", path=path, remedy=_LAYOUT)
    numbers = [column for column in (c.SCORE, c.RANK) if column in table.columns]
    try:
        plain = table.select(
            *(pl.col(end).cast(pl.String) for end in _ENDS),
            *(pl.col(column).cast(pl.Float32, strict=False) for column in numbers),
        )
    except pl.exceptions.PolarsError as error:
        raise DataError(f"has columns of the wrong type ({error})", path=path, remedy=_LAYOUT) from None
    if c.SCORE not in numbers or (c.RANK in numbers and not _falling(plain)):
        place = pl.col(c.RANK) + (pl.col(c.RANK) == 0).any().cast(pl.Float32)  # some count from 0
        plain = plain.with_columns(pl.when(place > 0).then(1 / place).alias(c.SCORE))
    return plain.select(*_ENDS, pl.col(c.SCORE).fill_nan(None))


def _falling(table: pl.DataFrame) -> bool:
    """Say whether no list's scores rise from a rank to the next."""
    ranked = table.drop_nulls().sort(c.TARGET_ITEM_ID, c.RANK)
    rising = pl.col(c.SCORE).diff() > 0
    same = pl.col(c.TARGET_ITEM_ID) == pl.col(c.TARGET_ITEM_ID).shift()
    return not ranked.select((rising & same).any()).item()


def _ids(given: pl.Series, items: pl.DataFrame) -> pl.DataFrame:
    """Return each distinct text given with the id of the item it means, null where it means none."""
    asked = pl.DataFrame({"given": given.unique()})
    asked = asked.with_columns(fold_series(asked["given"]).alias("folded"))
    by_id = items.select(pl.col(c.ITEM_ID).alias("given"), pl.col(c.ITEM_ID).alias("by id"))
    named = pl.DataFrame({"by name": items[c.ITEM_ID], "folded": fold_series(items[c.NAME])})
    by_name = named.drop_nulls().unique("folded", keep="none")
    found = asked.join(by_id, on="given", how="left").join(by_name, on="folded", how="left")
    return found.select("given", pl.coalesce("by id", "by name").alias("id"))

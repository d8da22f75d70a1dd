"""The blinded sheet: the union of all systems' answers after each artist, in an order that shows no system."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.evaluation.panel.lists import ANSWER, LAYOUT, QUERY, SYSTEM
from tigertail.io.files import lacking, read_table

NUMBER, MARK = "number", "mark"  # what a reader writes
FITS, DOES_NOT, UNKNOWN = "1", "0", "?"
KEY_LAYOUT: Final = (NUMBER, c.STRATUM, SYSTEM, c.TARGET_ITEM_ID, c.RANK, c.ITEM_ID)

_PREFACE: Final = f"""\
# Panel

Each heading is an artist. Below it are answers to "what else is like this artist?". An answer fits if someone who
knows the artist well would agree with it: in style, scene or time. How well known the answer is does not matter.
Judge each answer alone, from what you know. Write a CSV file with the columns {NUMBER},{MARK} and one row\
 for each number:
{FITS} if the answer fits, {DOES_NOT} if it does not, {UNKNOWN} if you do not know.
"""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the reader gets, and what the reader must not see.

    Parameters
    ----------
    text
        The sheet, in Markdown.
    key
        Which answers of which systems each number stands for: columns number, stratum, system, target_item_id, rank,
        item_id. Number, rank and item are null where a system has no answer.
    """

    text: str
    key: pl.DataFrame


def make_sheet(lists: pl.DataFrame, *, seed: int = 0) -> Sheet:
    """Write the sheet of some lists.

    Each pair of query and answer is listed once, whichever systems gave it. Queries, and the answers within each,
    are shuffled from the order of their ids: the sheet is a function of the set of pairs and the seed, so neither
    systems nor ranks can be recovered from it.

    Parameters
    ----------
    lists
        As :func:`tigertail.evaluation.panel.answer_lists` returns them. Ids stand for names that are null.
    seed
        Seed of the order.

    Raises
    ------
    DataError
        If a column is missing.
    """
    if missing := [column for column in LAYOUT if column not in lists.columns]:
        raise DataError(
            f"the lists lack the column {', '.join(missing)}",
            remedy="write them with: benchmarks/panel.py lists",
        )
    pairs = (
        lists.drop_nulls(c.ITEM_ID)
        .select(
            c.TARGET_ITEM_ID,
            pl.coalesce(QUERY, c.TARGET_ITEM_ID).alias(QUERY),
            c.ITEM_ID,
            pl.coalesce(ANSWER, c.ITEM_ID).alias(ANSWER),
        )
        .unique([c.TARGET_ITEM_ID, c.ITEM_ID])
        .sort(c.TARGET_ITEM_ID, c.ITEM_ID)
    )
    rng = np.random.default_rng(seed)
    queries = pairs[c.TARGET_ITEM_ID].unique(maintain_order=True)
    place = pl.DataFrame({c.TARGET_ITEM_ID: queries, "place": rng.permutation(len(queries))})
    numbered = (
        pairs.with_columns(draw=rng.permutation(len(pairs)))
        .join(place, on=c.TARGET_ITEM_ID)
        .sort("place", "draw")
        .with_row_index(NUMBER, 1)
    )
    lines = [_PREFACE]
    for (_,), own in numbered.group_by("place", maintain_order=True):
        lines.append(f"## {_escape(own[QUERY][0])}\n")
        lines += [
            f"- [ ] {number}: {_escape(answer)}" for number, answer in own.select(NUMBER, ANSWER).rows()
        ]
        lines.append("")
    key = lists.join(
        numbered.select(NUMBER, c.TARGET_ITEM_ID, c.ITEM_ID),
        on=[c.TARGET_ITEM_ID, c.ITEM_ID],
        how="left",
        maintain_order="left",
    )
    return Sheet("\n".join(lines), key.select(KEY_LAYOUT))


def read_key(path: Path) -> pl.DataFrame:
    """Read the key of a sheet.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, or lacks a column; if a number or a rank is neither null nor a
        whole number.
    """
    remedy = "give the key that was written with the sheet: benchmarks/panel.py sheet"
    key = read_table(path, remedy=remedy)
    if missing := [column for column in KEY_LAYOUT if column not in key.columns]:
        raise lacking(missing, key, path=path, remedy=remedy)
    whole = key
    for column in (NUMBER, c.RANK):
        value = key[column].cast(pl.Float64, strict=False)
        number = value.cast(pl.Int64, strict=False).set(value != value.floor(), None)
        whole = whole.with_columns(number)
        wrong = key[column].is_not_null() & number.is_null()
        if wrong.any():
            row = int(wrong.arg_max() or 0)
            problem = f"the {column} '{key[column][row]}' is not a whole number"
            raise DataError(problem, path=path, line=row + 2, remedy=remedy)  # below the header
    return whole


def _escape(name: str) -> str:
    r"""Return a name as Markdown shows it unchanged, but on one line.

    Examples
    --------
    >>> print(_escape("N*E*R*D"), _escape("The Cure"), _escape("P&Omega;"))
    N\*E\*R\*D The Cure P\&Omega;
    """
    return re.sub(r"([\\`*_\[\]<>#|&~])", r"\\\1", " ".join(name.splitlines()))

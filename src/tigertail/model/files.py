"""Files of queries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tigertail.errors import DataError, UnknownItemError
from tigertail.io.files import read_text
from tigertail.model.model import Model


def read_queries(path: Path, model: Model) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Read ids, MBIDs or names of a model's items, one per line; blank lines are skipped.

    Returns
    -------
    codes
        The items' codes, in the order of the file; an item named twice is there twice; int32.
    notes
        What a person should know of the choice.

    Raises
    ------
    DataError
        If the file is missing, is no UTF-8 text, or holds no query.
    UnknownItemError
        If a line names no item of the model; the message names the line and suggests close names.
    """
    # Not splitlines: a name may have a mark in it that this takes for the end of a line, such as U+2028.
    lines = read_text(path, remedy="give a text file, one id or name in each line").split("\n")
    asked = {number: line.strip() for number, line in enumerate(lines, start=1) if line.strip()}
    if not asked:
        raise DataError("holds no query", path=path, remedy="write ids or names, one per line")
    try:
        return model.index.match_all(list(asked.values()))
    except UnknownItemError:
        number = next(number for number, text in asked.items() if model.index.code_or_none(text) is None)
        raise model.index.unknown_item_error(asked[number], path=path, line=number) from None

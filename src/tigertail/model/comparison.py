"""Two answers to one question, side by side: another signal's and the model's own."""

from __future__ import annotations

from typing import Any, Final, Unpack

import polars as pl

from tigertail import columns as c
from tigertail.errors import ConfigError
from tigertail.model.model import Model
from tigertail.model.query_options import COSINE, Dials

OTHER: Final = "other_"
_BOTH_LISTS: Final = ("homes", "kinds", "strata", "exclude")


def beside(model: Model, item: str, other: str, n: int = 20, **dials: Unpack[Dials]) -> pl.DataFrame:
    """Answer one question twice: with another signal, and as :meth:`Model.similar` does.

    Parameters
    ----------
    model
        The model.
    item
        Id or name of the item.
    other
        The other signal, which stays as the model has it; or ``"cosine"``, that of the factors.
    n
        How many to list.
    **dials
        How the question is turned. What may be listed holds for both, all else for the model's own answer.

    Returns
    -------
    polars.DataFrame
        Columns rank, item_id, name, listeners, country where the catalogue has it, and in_both, whether the
        other list has the item too; the same with the prefix ``other_`` for the other signal. Null where one
        list is shorter.

    Raises
    ------
    UnknownItemError, ConfigError
        As :meth:`Model.similar` does, and if there is no such other signal.
    """
    if other != COSINE and other not in model.signals:
        raise ConfigError(
            f"no signal '{other}' to stand beside",
            remedy=f"it is {COSINE}, or one of {', '.join(model.signals)}",
        )
    asked: Dials = {"signal": other}
    listed: Any = {name: value for name, value in dials.items() if name in _BOTH_LISTS}
    theirs = _described(model, model.similar(item, n, **(asked | listed)))
    ours = _described(model, model.similar(item, n, **dials))
    both = pl.col(c.ITEM_ID).is_in(set(ours[c.ITEM_ID]) & set(theirs[c.ITEM_ID])).alias("in_both")
    return (
        theirs.with_columns(both)
        .rename(lambda name: name if name == c.RANK else OTHER + name)
        .join(ours.with_columns(both), on=c.RANK, how="full", coalesce=True)
        .sort(c.RANK)
    )


def _described(model: Model, answers: pl.DataFrame) -> pl.DataFrame:
    answers = answers.select(c.RANK, c.ITEM_ID, c.NAME, "listeners")
    if c.COUNTRY not in model.items.columns:
        return answers
    return answers.join(
        model.items.select(c.ITEM_ID, c.COUNTRY), on=c.ITEM_ID, how="left", maintain_order="left"
    )

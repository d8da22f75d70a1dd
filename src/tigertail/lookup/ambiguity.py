"""What a person should know where a text means several items."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.full_names import full_name
from tigertail.lookup.mbids import is_mbid

OTHERS: Final = 3  # other items of a name that a note lists


def note_on_others(
    items: pl.DataFrame, mbids: pl.Series, text: str, code: int, others: NDArray[np.int32], own: int | None
) -> str:
    """Return a note on the other items that a text may mean, and on how to ask for them.

    Parameters
    ----------
    items
        One row per item, in the order of the item codes.
    mbids
        The MBID of each item.
    text
        What was asked for.
    code
        The item that is taken.
    others
        The other items that the text may mean; int32, at least one.
    own
        The item of which the text is the id; None for none.
    """
    if own is not None and len(others) == 1 and own in (code, int(others[0])):
        kept, taken = ("id", "name") if own == code else ("name", "id")
        return (
            f"'{text}' is the {kept} of {items[c.NAME][code]}, which is taken, and the {taken} of "
            f"{_shown(items, mbids, int(others[0]))}"
        )
    named = "; ".join(_shown(items, mbids, other) for other in others[:OTHERS].tolist())
    more = f"; and {len(others) - OTHERS} more" if len(others) > OTHERS else ""
    called = "this MBID" if is_mbid(text) else f"the name '{text}'"
    owned = items.row(code, named=True).get(c.ARTIST_NAME) is not None
    by = "artist (as 'Artist - Name'), MBID or id" if owned else "MBID, id or country"
    return (
        f"{len(others) + 1} items have {called}; the one with most listeners is taken. "
        f"Ask for another by {by}: {named}{more}"
    )


def _shown(items: pl.DataFrame, mbids: pl.Series, code: int) -> str:
    """Return an item as a note shows it, with what it can be asked for by."""
    item = items.row(code, named=True)
    plural = "" if item["listeners"] == 1 else "s"
    what = [f"{item['listeners']:,} listener{plural}", item.get(c.COUNTRY), mbids[code]]
    facts = ", ".join(str(one) for one in what if one)
    return f"{full_name(item)} ({facts}): id:{item[c.ITEM_ID]}"

"""What a person should know where a text means several items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold
from tigertail.dataset.full_names import full_name
from tigertail.lookup.mbids import is_mbid

OTHERS: Final = 3  # other items of a name that a note lists

_WAYS: Final = {
    c.ARTIST_NAME: "artist (as 'Artist - Name')",
    c.KIND: "kind (as 'Name ({})')",
    c.COUNTRY: "country (as 'Name ({})')",
    c.MBID: "MBID",
}


def note_on_others(
    items: pl.DataFrame,
    mbids: pl.Series,
    text: str,
    code: int,
    others: NDArray[np.int32],
    own: int | None,
    *,
    loosely: bool = False,
) -> str:
    """Return a note on the other items that a text may mean, and on how to ask for them.

    Parameters
    ----------
    items
        One row per item, in the order of the item codes.
    mbids
        The MBID of each item.
    text
        What was asked for, with its prefix if it has one.
    code
        The item that is taken.
    others
        The other items that the text may mean, best first; int32, at least one.
    own
        The item of which the text is the id: ``code``, or one of ``others``; None for none.
    loosely
        Whether the names of the items are only loosely the text.
    """
    by_mbid = is_mbid(text.lower().removeprefix("mbid:").strip())
    if by_mbid:
        own = None  # an id that is an MBID is one of those that are meant
    if own is not None and len(others) == 1 and own in (code, int(others[0])):
        what_of_taken, what_of_other = ("id", "name") if own == code else ("name", "id")
        return (
            f"'{text}' is the {what_of_taken} of {items[c.NAME][code]}, which is taken, and the {what_of_other} of "
            f"{_shown(items, mbids, int(others[0]))}"
        )
    named = "; ".join(_shown(items, mbids, other) for other in others[:OTHERS].tolist())
    more = f"; and {len(others) - OTHERS} more" if len(others) > OTHERS else ""
    if own == code:
        what = f"'{text}' is the id of {items[c.NAME][code]}, which is taken, and the name of {len(others)} others"
    elif own is not None:
        what = (
            f"'{text}' is the name of {items[c.NAME][code]}, which is taken, and of {len(others) - 1} more, "
            f"and the id of {items[c.NAME][own]}"
        )
    else:
        called = "this MBID" if by_mbid else f"a name like '{text}'" if loosely else f"the name '{text}'"
        what = f"{len(others) + 1} items have {called}; the one with most listeners is taken"
    first = items.row(code, named=True) | {c.MBID: mbids[code]}
    shown = [items.row(other, named=True) | {c.MBID: mbids[other]} for other in others[:OTHERS].tolist()]
    *ways, last = (*_ways(first, shown), "id")
    by = f"{', '.join(ways)} or {last}" if ways else last
    return f"{what}. Ask for another by {by}: {named}{more}"


def note_on_better_known(items: pl.DataFrame, mbids: pl.Series, code: int) -> str:
    """Return a note on an item of another spelling that has far more listeners than the one that is taken."""
    return f"another spelling has far more listeners: {_shown(items, mbids, code)}"


def _ways(taken: Mapping[str, Any], others: list[dict[str, Any]]) -> Iterator[str]:
    """Yield how to ask for other items, beside by id: by what they have and the one that is taken has not."""
    for column, way in _WAYS.items():
        known = (item.get(column) for item in others)
        # Folded: an artist in another spelling leads to the one that is taken.
        if theirs := [value for value in known if value and fold(value) != fold(taken.get(column) or "")]:
            yield way.format(theirs[0])


def _shown(items: pl.DataFrame, mbids: pl.Series, code: int) -> str:
    """Return an item as a note shows it, with what it can be asked for by."""
    item = items.row(code, named=True)
    plural = "" if item["listeners"] == 1 else "s"
    what = [f"{item['listeners']:,} listener{plural}", item.get(c.COUNTRY), mbids[code]]
    facts = ", ".join(str(one) for one in what if one)
    return f"{full_name(item)} ({facts}): id:{item[c.ITEM_ID]}"

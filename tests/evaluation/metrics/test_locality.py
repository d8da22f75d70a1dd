"""Countries of items and listeners, and places that items are local to, by their listeners."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation.metrics.locality import item_countries, listener_countries, local_by_listening
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import ProtocolConfig, hold_out

LISTENER_PLACE = np.repeat(["PL", "DE", "US", ""], [20, 100, 400, 200])
FIRST = {"PL": 0, "DE": 20, "US": 120, "": 520}


def _local(**listeners: int) -> str:
    """Return where an item with so many listeners in each country is local."""
    rows = [FIRST[place] + n for place, count in listeners.items() for n in range(count)]
    rows += [FIRST[""] + n for n in range(150)]  # listeners of unknown place play it too, and do not count
    plays = CSR.from_coo(rows, [0] * len(rows), [1] * len(rows), shape=(len(LISTENER_PLACE), 1))
    return str(local_by_listening(plays, LISTENER_PLACE)[0])


@pytest.mark.parametrize(
    ("listeners", "place"),
    [
        ({"PL": 15, "US": 20}, "PL"),  # three Poles in four, one American in twenty: a small country can
        ({"PL": 5, "DE": 25, "US": 100}, ""),  # a quarter everywhere
        ({"PL": 9}, ""),  # nine listeners may be chance
        ({"PL": 10}, "PL"),
        ({"DE": 60, "PL": 12}, "DE"),  # 60 % of either, but without the Germans hardly anybody
        ({"US": 40}, "US"),
    ],
)
def test_an_item_is_local_where_it_is_played_four_times_as_often(
    listeners: dict[str, int], place: str
) -> None:
    assert _local(**listeners) == place


def test_an_id_that_is_listed_twice_has_one_country(tmp_path: Path) -> None:
    """Every listener is of the country of the two items that they play."""
    played = {f"{home}{n}": [f"{home}-a", f"{home}-b"] for home in ("DE", "PL") for n in range(10)}
    rows = [(listener, item, 1.0) for listener, items in played.items() for item in items]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    listeners = pl.DataFrame({"listener_id": [*played, *played]})
    items = pl.DataFrame({"item_id": ["DE-a", "DE-b", "DE-a", "PL-a", "PL-b"], "name": "", "kind": "artist"})
    home = pl.nth(0).str.slice(0, 2).alias("country")
    tables = {"plays": plays, "listeners": listeners.with_columns(home), "items": items.with_columns(home)}
    split = hold_out(Dataset.write(tmp_path / "twice", tables, name="twice"), ProtocolConfig())
    training, held_out = listener_countries(split)
    assert training.tolist() == [one[:2] for one in split.interactions.listeners.ids]
    assert (len(held_out), len(split.profiles)) == (4, 4)
    assert item_countries(split).tolist() == [one[:2] for one in split.interactions.items.ids]

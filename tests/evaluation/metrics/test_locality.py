"""Places that items are local to, by their listeners."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.evaluation.metrics.locality import local_by_listening
from tigertail.sparse import CSR

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

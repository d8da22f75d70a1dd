"""Any valid event comes back the same: from SQLite, from PostgreSQL and through Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from tigertail.feedback import (
    EVENT_KINDS,
    Event,
    FeedbackStore,
    Receipt,
    check_events,
    export_events,
    read_feedback,
)
from tigertail.feedback.tables import EVENTS
from tigertail.geo.countries import countries


def texts(longest: int) -> st.SearchStrategy[str]:
    """Every character that JSON can spell and databases can keep."""
    storable = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    return st.text(storable, min_size=1, max_size=longest)


zones = st.builds(timezone, st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)))
EVENT = st.fixed_dictionaries(
    {
        "event_id": texts(64),
        "kind": st.sampled_from(EVENT_KINDS),
        "query": texts(256),
        "item": texts(256),
        "rank": st.integers(1, 10_000),
        "model": texts(128),
        "list_id": texts(64),
        "listener": texts(64),
        "country": st.none() | st.sampled_from(sorted(countries())),
        "at": st.none() | st.datetimes(timezones=zones),
    }
)


def _representable(event: dict[str, Any]) -> bool:
    """Whether the instant lies in the years 1 to 9999 in UTC too."""
    try:
        _ = event["at"] and event["at"].astimezone(UTC)
    except OverflowError:
        return False
    return True


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeedbackStore]:
    """A store for many examples."""
    if request.param == "sqlite":
        address: str | Path = tmp_path_factory.mktemp("round-trip") / "feedback.db"
    else:
        address = request.getfixturevalue("server").new_schema()
    with FeedbackStore.open(address) as store:
        yield store


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(EVENT.filter(_representable), max_size=8, unique_by=lambda event: event["event_id"]))
def test_any_event_comes_back_the_same(
    kept: FeedbackStore, tmp_path: Path, sent: list[dict[str, Any]]
) -> None:
    with kept.database.transaction(write=True) as connection:
        connection.execute(delete(EVENTS))
    assert kept.record(sent) == Receipt(len(sent), 0)
    assert kept.record(sent) == Receipt(0, len(sent))
    table = kept.read()
    export_events(kept, tmp_path / "feedback.parquet", chunk=3)
    assert read_feedback(tmp_path / "feedback.parquet").equals(table)
    back = check_events(table.drop("seq", "received_at"))
    assert back == check_events(sent)
    # And the same from JSON, as a client sends it.
    assert [Event.model_validate_json(event.model_dump_json()) for event in back] == back

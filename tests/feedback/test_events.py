"""What an event may hold, and what is said about one that holds something else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.feedback import EVENT_KINDS, INCOMING, SCHEMA, Event, check_events, check_table

Make = Callable[..., dict[str, Any]]


def test_the_store_adds_two_columns() -> None:
    assert set(SCHEMA) - set(INCOMING) == {"seq", "received_at"}
    assert tuple(Event.model_fields) == INCOMING


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        ({"event_id": "e1"}, "of type dict"),
        (None, "of type NoneType"),
        ("e1", "of type str"),
        (["e1"], "event 1 is of"),
    ],
)
def test_what_is_no_batch_of_events(events: Any, problem: str) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        check_events(events)
    assert caught.value.remedy


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_kinds(event: Make, kind: str) -> None:
    assert check_events([event(kind=kind)])[0].kind == kind


def test_country_and_time_may_be_unknown(event: Make) -> None:
    bare = event()
    del bare["country"], bare["at"]
    (checked,) = check_events([bare])
    assert checked.country is None
    assert checked.at is None


@pytest.mark.parametrize(
    "at",
    [
        "2026-02-03T04:05:06Z",
        "2026-02-03T04:05:06",
        "2026-02-03T05:05:06+01:00",
        datetime(2026, 2, 3, 4, 5, 6),
        datetime(2026, 2, 3, 5, 5, 6, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_times_become_utc(event: Make, at: object) -> None:
    (checked,) = check_events([event(at=at)])
    assert checked.at == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert checked.at.utcoffset() == timedelta(0)


WRONG: list[tuple[str, object, str]] = [
    ("event_id", "", "at least 1 character"),
    ("event_id", "x" * 65, "at most 64 characters"),
    ("event_id", None, "text in quotes"),
    ("event_id", 7, "text in quotes"),
    ("kind", "Play", "'impression', 'play'"),
    ("query", "", "at least 1 character"),
    ("item", "x" * 257, "at most 256 characters"),
    ("item", "a\0b", "null character"),
    ("item", "a\udc00b", "surrogate"),
    ("rank", 0, "greater than or equal to 1"),
    ("rank", 10_001, "less than or equal to 10000"),
    ("rank", 1.5, "valid integer"),
    ("rank", True, "valid integer"),
    ("rank", "1", "valid integer"),
    ("model", "x" * 129, "at most 128 characters"),
    ("list_id", "", "at least 1 character"),
    ("listener", "x" * 65, "at most 64 characters"),
    ("country", "QQ", "is not a country; give its ISO 3166-1 code, as PL, its name, or null"),
    ("country", "", "is not a country"),
    ("country", "South America", "is not a country"),
    ("country", "P" * 65, "at most 64 characters"),
    ("at", "yesterday", "not a date and time"),
    ("at", "2026-02-03", "not a date and time"),
    ("at", 1_700_000_000, "not a date and time"),
    ("at", pd.NaT, "not a date and time"),
    ("at", "0001-01-01T00:00:00+14:00", "years 1 to 9999"),
    ("seq", 1, "is unknown"),
]


@pytest.mark.parametrize(("field", "value", "words"), WRONG)
def test_what_is_wrong_is_named(event: Make, field: str, value: object, words: str) -> None:
    with pytest.raises(DataError) as caught:
        check_events([event("e0"), event("e1") | {field: value}])
    assert caught.value.problem.startswith("event 2")
    assert f"field '{field}'" in caught.value.problem
    assert words in caught.value.problem
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("PL", "PL"),
        ("pl", "PL"),
        ("Poland", "PL"),
        ("日本", "JP"),
        ("uk", "GB"),
        ("USSR", "RU"),
        (None, None),
    ],
)
def test_a_country_may_be_spelled_as_in_a_query(event: Make, spelling: str | None, code: str | None) -> None:
    (checked,) = check_events([event(country=spelling)])
    assert checked.country == code


def test_a_missing_field_is_named(event: Make) -> None:
    bare = event("e9")
    del bare["listener"]
    with pytest.raises(DataError, match=r"event 1 \(id 'e9'\), field 'listener'"):
        check_events([bare])


def test_limits_count_characters_of_any_script(event: Make) -> None:
    (checked,) = check_events([event(listener="𝄞" * 64, item="Σ" * 256)])
    assert len(checked.listener) == 64


def test_a_table_of_events_is_taken_too(event: Make) -> None:
    table = pl.DataFrame(
        [event("a"), event("b", kind="like")], schema={name: SCHEMA[name] for name in INCOMING}
    )
    assert [checked.kind for checked in check_events(table)] == ["play", "like"]


def test_openapi_says_the_limits() -> None:
    told = Event.model_json_schema()
    assert told["additionalProperties"] is False
    assert told["properties"]["rank"]["maximum"] == 10_000
    assert told["properties"]["kind"]["enum"] == list(EVENT_KINDS)
    assert "PL" in told["properties"]["country"]["anyOf"][0]["enum"]
    assert sorted(told["required"]) == sorted(set(INCOMING) - {"country", "at"})


def _stored(rows: int = 2) -> pl.DataFrame:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return pl.DataFrame(
        {
            "seq": range(rows, 0, -1),
            "event_id": [f"e{n}" for n in range(rows)],
            "kind": "play",
            "query": "a",
            "item": "b",
            "rank": 1,
            "model": "m",
            "list_id": "l",
            "listener": "u",
            "country": None,
            "at": None,
            "received_at": now,
        }
    )


def test_a_stored_table_is_put_in_order() -> None:
    table = check_table(_stored(3).with_columns(note=pl.lit("left out")))
    assert table.schema == SCHEMA
    assert table["seq"].to_list() == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (pl.lit("shout").alias("kind"), "no valid kind"),
        (pl.lit(0).alias("rank"), "no valid rank"),
        (pl.lit(None, pl.String).alias("listener"), "2 rows have no valid listener"),
        (pl.lit("first").alias("rank"), r"another type \(rank\)"),
        (pl.lit(1.9).alias("rank"), r"another type \(rank\)"),
        (pl.lit(True).alias("rank"), r"another type \(rank\)"),
        (pl.col("seq") + 0.1, r"another type \(seq\)"),
        (pl.lit(1_700_000_000).alias("received_at"), r"another type \(received_at\)"),
    ],
)
def test_a_stored_table_that_will_not_do(change: pl.Expr, words: str) -> None:
    with pytest.raises(DataError, match=words):
        check_table(_stored().with_columns(change))
    with pytest.raises(DataError, match="lacks the column rank"):
        check_table(_stored().drop("rank"))


def test_events_and_exports_need_no_database_library() -> None:
    code = "import sys, tigertail.feedback; print('sqlalchemy' in sys.modules, 'pycountry' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]

"""Profiles: where rows contradict each other, the most frequent value is kept, and the listener is counted."""

from __future__ import annotations

import polars as pl

from tigertail.ingest.profiles import Profiles


def test_a_listener_of_several_countries_and_languages_is_counted_once() -> None:
    profiles = Profiles()
    profiles.add(
        pl.DataFrame(
            [
                ("ann", "PL", "pl"),
                ("ann", "DE", "de"),
                ("ann", "DE", "de"),
                ("bob", "PL", None),
                ("bob", None, "pl"),
            ],
            ["listener_id", "country", "language"],
            orient="row",
        )
    )
    assert profiles.table(pl.Series(["cy"])).rows() == [
        ("ann", "DE", "de"),
        ("bob", "PL", "pl"),
        ("cy", None, None),
    ]
    assert profiles.conflicts == 1


def test_a_field_that_no_row_gives_is_no_column() -> None:
    profiles = Profiles()
    profiles.add(pl.DataFrame({"listener_id": ["ann", "bob"], "country": ["PL", None]}))
    assert profiles.table(pl.Series(["cy"])).to_dict(as_series=False) == {
        "listener_id": ["ann", "bob", "cy"],
        "country": ["PL", None, None],
    }

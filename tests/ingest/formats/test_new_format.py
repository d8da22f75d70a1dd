"""A format takes one class and one entry, as docs/extending.md says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from tigertail import columns as c
from tigertail.ingest.build import build
from tigertail.ingest.formats import FORMATS, Batch, Source
from tigertail.ingest.recipe import Recipe
from tigertail.io.archives import streams
from tigertail.io.quarantine import Quarantine
from tigertail.io.text_rows import TextFile


class Barred(Source):
    """Plays as ``LISTENER|ARTIST|COUNT``."""

    kind: Literal["artist"] = "artist"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the plays."""
        for stream in streams(self.path, "*.plays"):
            file = TextFile(stream, self.label, quarantine)
            for rows in file.rows((c.LISTENER_ID, c.NAME, c.PLAYS), separator="|", quoted=False):
                yield Batch(c.PLAYS_TABLE, stream.name, rows)


def test_a_registered_format_is_read_cleaned_and_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "barred", Barred)
    (tmp_path / "a.plays").write_text("ann|Can|2\nann|CAN|3\nbob|Wire|none\nbob\n", encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(
        '[[source]]\nformat = "barred"\npath = "a.plays"\n', encoding="utf-8"
    )
    dataset, report = build(Recipe.load(tmp_path / "recipe.toml"), tmp_path / "made")
    assert dataset.plays.rows() == [("ann", "can", 5.0)]
    assert report.sources[0].rejected == {
        "plays is not a number": 1,
        "wrong number of fields (expected 3)": 1,
    }

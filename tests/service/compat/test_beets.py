"""beets' command `similar`, run by beets against a server on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from beets.library import Item, Library

PLUGIN = Path(__file__).parents[3] / "integrations" / "beets-tigertail"
OWNED = [  # artist, title
    ("Кино", "Группа крови"),
    ("Tom & Jerry <live>", "One"),
    ("Tom & Jerry <live>", "Two"),
    ("tom & jerry <LIVE>", "Three"),
    ("ac+dc", "Four"),
    ("Unknown To The Model", "Five"),
]

Beet = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def beet(tmp_path: Path, locked: str) -> Beet:
    """Run a command of beets, with a library of a few tracks."""
    library = Library(str(tmp_path / "library.db"), str(tmp_path))
    for artist, title in OWNED:
        path = os.fsencode(tmp_path / f"{title}.mp3")
        library.add(Item(artist=artist, title=title, path=path, length=61.4))
    library._close()

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        lines = {"address": locked, "key": "open sesame"} | settings
        config = f"plugins: tigertail\nlibrary: {tmp_path}/library.db\ndirectory: {tmp_path}\ntigertail:\n"
        (tmp_path / "config.yaml").write_text(
            config + "".join(f"    {k}: {v}\n" for k, v in lines.items()), "utf-8"
        )
        return subprocess.run(
            [sys.executable, "-m", "beets", *arguments],
            env=os.environ
            | {"BEETSDIR": str(tmp_path), "PYTHONPATH": str(PLUGIN), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_what_the_library_has_is_marked_and_written(beet: Beet, tmp_path: Path) -> None:
    done = beet("similar", "-n", "3", "--m3u", str(tmp_path / "list.m3u"), "artist:Кино")
    assert done.returncode == 0, done.stderr
    *listed, written = done.stdout.splitlines()
    assert sorted(listed) == ["  Bell\x07 End", "+ AC+DC", "+ Tom & Jerry <live>"]
    assert written.endswith("list.m3u: 3 tracks")
    lines = (tmp_path / "list.m3u").read_text("utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    assert sorted(lines[1::2]) == [  # two of Tom & Jerry's three
        "#EXTINF:61,Tom & Jerry <live> - One",
        "#EXTINF:61,Tom & Jerry <live> - Two",
        "#EXTINF:61,ac+dc - Four",
    ]
    assert {Path(line).suffix for line in lines[2::2]} == {".mp3"}


def test_what_the_model_lacks_is_left_out(beet: Beet) -> None:
    assert beet("similar", "-n", "3").returncode == 0
    done = beet("similar", "artist:Unknown To The Model")
    assert done.returncode != 0
    assert "no item called 'Unknown To The Model'" in done.stderr


@pytest.mark.parametrize(
    ("settings", "query", "problem"),
    [
        ({"key": "wrong"}, "artist:Кино", "API key"),
        ({"address": "http://127.0.0.1:9"}, "artist:Кино", "does not answer"),
        ({}, "artist:Nobody", "no track of the library"),
    ],
)
def test_words_for_what_is_wrong(beet: Beet, settings: dict[str, str], query: str, problem: str) -> None:
    done = beet("similar", query, **settings)
    assert done.returncode != 0
    assert problem in done.stderr
    assert "Traceback" not in done.stderr

"""Playlists as files."""

from __future__ import annotations

import pytest

from tigertail.service.http.playlists import to_m3u


@pytest.mark.parametrize("name", ["#1 Dads", "##", "#"])
def test_a_name_that_begins_as_a_comment_is_an_entry(name: str) -> None:
    item = {"name": name, "kind": "artist", "artist": None, "mbid": None}
    assert to_m3u("list", [item]).decode().splitlines()[2:] == [f"#EXTINF:-1,{name}", f"./{name}"]

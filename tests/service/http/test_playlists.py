"""Playlists as files."""

from __future__ import annotations

import json

import pytest

from tigertail.service.http.playlists import to_jspf, to_m3u


@pytest.mark.parametrize("name", ["#1 Dads", "##", "#"])
def test_a_name_that_begins_as_a_comment_is_an_entry(name: str) -> None:
    item = {"name": name, "kind": "artist", "artist": None, "mbid": None}
    assert to_m3u("list", [item]).decode().splitlines()[2:] == [f"#EXTINF:-1,{name}", f"./{name}"]


@pytest.mark.parametrize("name", ["http://example.org/x", "/etc/hosts", "../up", "AC/DC", "..\\up", "file:x"])
def test_a_name_that_could_be_an_address_is_a_file_of_the_folder(name: str) -> None:
    item = {"name": name, "kind": "artist", "artist": None, "mbid": None}
    entry = to_m3u("list", [item]).decode().splitlines()[-1]
    assert entry.startswith("./")
    assert not {"/", "\\"} & set(entry[2:])


def test_notices_are_an_annotation_and_comments() -> None:
    notices = ["2 items have the name 'a\nb'", "no group for IS"]
    playlist = json.loads(to_jspf("list", [], notices))["playlist"]
    assert playlist["annotation"] == "2 items have the name 'a b'\nno group for IS"
    assert to_m3u("list", [], notices).decode().splitlines()[2:] == [
        "# 2 items have the name 'a b'",
        "# no group for IS",
    ]

"""Navidrome's plugin, run as Navidrome runs it: under Extism, with its requests, against a server on loopback.

The requests and what is taken for an answer are those of navidrome/navidrome, plugins/capabilities/: metadata_agent.go
at commit 2be6d65619d1482b31a268526f5231ed9e0aed89 and sonic_similarity.go at commit
725a4dac4eb02c8c045bf1d7b123bb2972b44972. How the plugin is loaded is plugins/manager_loader.go's at commit
0127b8c607e8979ba1ec5c6bca1a95253bd09b7e: the manifest's hosts alone may be asked, and every setting is a text.
"""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import extism
import httpx
import pytest

ROOT = Path(__file__).parents[3]
KINO, JERRY = (f"00000000-0000-4000-8000-{number:012}" for number in (1, 2))
BELIEVE, LIGHT = (f"00000000-0000-4000-8000-{number:012}" for number in (21, 22))
FALL = "00000000-0000-4000-8000-000000000113"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def package() -> zipfile.ZipFile:
    """The plugin as it is installed, built if need be."""
    subprocess.run(["make", "--silent", "integrations"], cwd=ROOT, check=True)
    return zipfile.ZipFile(ROOT / "build/tigertail.ndp")


@pytest.fixture(scope="session")
def plugin(package: zipfile.ZipFile) -> Callable[..., extism.Plugin]:
    """Load the plugin with some settings."""
    hosts = json.loads(package.read("manifest.json"))["permissions"]["http"]["requiredHosts"]
    code = package.read("plugin.wasm")

    def load(**settings: str) -> extism.Plugin:
        manifest = {
            "wasm": [{"data": code}],
            "allowed_hosts": hosts,
            "config": settings,
            "timeout_ms": 30_000,
        }
        return extism.Plugin(manifest, wasi=True, config=settings)

    return load


@pytest.fixture
def ask(plugin: Callable[..., extism.Plugin], server: str) -> Ask:
    """Call a function of the plugin, as it is set for the server of artists and tracks."""

    def answer(
        function: str, *, address: str = server, settings: dict[str, str] | None = None, **given: Any
    ) -> Any:
        loaded = plugin(address=address, **(settings or {}))
        return json.loads(loaded.call(f"nd_{function}", json.dumps(given)))

    return answer


def test_the_package_is_what_navidrome_loads(package: zipfile.ZipFile) -> None:
    assert package.namelist() == ["manifest.json", "plugin.wasm"]
    manifest = json.loads(package.read("manifest.json"))
    assert {"name", "author", "version"} <= manifest.keys()
    assert manifest.keys() <= {"name", "author", "version", "description", "permissions", "config"}
    assert set(manifest["config"]["schema"]["properties"]) == {"address", "key", "country"}


def test_artists_like_an_artist(ask: Ask) -> None:
    asked = {"id": "ar-1", "name": "Kino", "mbid": KINO, "limit": 2}
    listed = ask("get_similar_artists", **asked)["artists"]
    assert len(listed) == 2
    assert {"name": "Tom & Jerry <live>", "mbid": JERRY} in listed


def test_an_artist_is_found_by_name_where_the_mbid_is_unknown(ask: Ask) -> None:
    unknown = "99999999-0000-4000-8000-000000000000"
    by_name = ask("get_similar_artists", id="ar-1", name="КИНО", mbid=unknown, limit=3)
    assert by_name == ask("get_similar_artists", id="ar-1", name="", mbid=KINO, limit=3)


def test_what_is_unknown_is_left_out_of_the_answer(ask: Ask) -> None:
    listed = ask("get_similar_artists", id="ar-1", name="Tom & Jerry <live>", limit=10)["artists"]
    assert {"name": "AC+DC"} in listed  # it has no MBID: no empty text, and no null


@pytest.mark.parametrize(
    ("function", "asked", "empty"),
    [
        ("get_similar_artists", {"name": "Nobody At All", "limit": 5}, {"artists": []}),
        ("get_artist_top_songs", {"name": "Nobody At All", "count": 5}, {"songs": []}),
        ("get_similar_songs_by_artist", {"name": "Nobody At All", "count": 5}, {"songs": []}),
        (
            "get_similar_songs_by_album",
            {"name": "None", "artist": "Nobody At All", "count": 5},
            {"songs": []},
        ),
        ("get_similar_songs_by_track", {"name": "Believe", "artist": "Cher", "count": 5}, {"songs": []}),
    ],
)
def test_no_data_is_an_empty_answer(ask: Ask, function: str, asked: dict[str, Any], empty: Any) -> None:
    assert ask(function, id="1", **asked) == empty


def test_top_songs_of_an_artist(ask: Ask) -> None:
    songs = ask("get_artist_top_songs", id="ar-1", name="Kino", mbid=KINO, count=10)["songs"]
    assert songs == [{"name": "Believe", "mbid": BELIEVE, "artist": "Кино", "artistMbid": KINO}]


def test_songs_like_a_track(ask: Ask) -> None:
    listed = ask("get_similar_songs_by_track", id="1", name="Believe", artist="Кино", mbid="", count=1)[
        "songs"
    ]
    assert listed[0]["artist"] in ("Tom & Jerry <live>", "Bell\x07 End")
    assert (
        ask("get_similar_songs_by_track", id="1", name="x", artist="y", mbid=BELIEVE, count=1)["songs"]
        == listed
    )


def test_songs_like_an_artist_and_like_an_album_of_theirs(ask: Ask) -> None:
    by_artist = ask("get_similar_songs_by_artist", id="1", name="Кино", count=5)
    names = [song["name"] for song in by_artist["songs"]]
    assert "Ray & Light" in names[:3]
    assert ask("get_similar_songs_by_album", id="1", name="46", artist="КИНО", count=5) == by_artist


def test_in_a_model_of_tracks_the_tracks_of_an_artist_stand_for_them(
    ask: Ask, recordings_server: str
) -> None:
    listed = ask("get_similar_songs_by_artist", address=recordings_server, id="1", name="Can", count=2)
    assert {song["artist"] for song in listed["songs"]} == {"The Fall", "Queen & David Bowie"}


def test_sonic_similar_tracks_have_a_similarity(ask: Ask, recordings_server: str) -> None:
    song = {
        "id": "7",
        "name": "Vitamin C",
        "artist": "Can",
        "artists": [{"id": "c", "name": "Can"}],
        "duration": 210.5,
    }
    matches = ask("get_sonic_similar_tracks", address=recordings_server, song=song, count=2)["matches"]
    assert matches[0]["similarity"] == 1.0
    assert {match["song"]["name"] for match in matches} <= {"Halleluwah", "Totally Wired", "Under Pressure"}


def test_a_sonic_path_has_both_ends(ask: Ask, recordings_server: str) -> None:
    ends = {"startSong": {"name": "Vitamin C", "artist": "Can"}, "endSong": {"name": "x", "mbid": FALL}}
    matches = ask("find_sonic_path", address=recordings_server, **ends, count=3)["matches"]
    names = [match["song"]["name"] for match in matches]
    assert (names[0], names[-1]) == ("Vitamin C", "Totally Wired")
    assert 2 <= len(names) <= 3


def test_without_a_path_there_are_no_matches(ask: Ask, recordings_server: str) -> None:
    start, end = {"name": "Vitamin C", "artist": "Can"}, {"name": "Step On", "artist": "Happy Mondays"}
    unknown = {"name": "No Such Song", "artist": "Can"}
    for goal, count in ((unknown, 9), (end, 1)):
        asked = {"startSong": start, "endSong": goal, "count": count}
        assert ask("find_sonic_path", address=recordings_server, **asked) == {"matches": []}


def test_the_key_and_the_country_are_sent(ask: Ask, locked: str) -> None:
    asked = {"id": "1", "name": "Кино", "limit": 2}
    with pytest.raises(extism.Error, match=r"401.*API key"):
        ask("get_similar_artists", address=locked, **asked)
    key = {"key": "open sesame"}
    assert ask("get_similar_artists", address=f"{locked}/", settings=key, **asked)["artists"]
    with pytest.raises(extism.Error, match=r"400.*Atlantis"):
        ask("get_similar_artists", address=locked, settings=key | {"country": "Atlantis & Co"}, **asked)


def test_without_an_address_the_plugin_says_so(plugin: Callable[..., extism.Plugin]) -> None:
    with pytest.raises(extism.Error, match="has no address"):
        plugin().call("nd_get_similar_artists", '{"name": "Kino", "limit": 1}')


def test_more_than_the_service_lists_is_no_error(server: str) -> None:
    asked = {"id": "1", "name": "Кино", "limit": 2**31 - 1, "later": "versions may send more"}
    answer = httpx.post(f"{server}/navidrome/nd_get_similar_artists", json=asked)
    assert len(answer.json()["artists"]) == 6

"""Last.fm's answers, word for word, as players get them."""

from __future__ import annotations

import socket
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from tigertail.service.compat.lastfm_requests import LastfmRequest
from tigertail.service.middleware.authentication import digest
from tigertail.service.serving.served_model import ServedModel

ARTIST = {"method": "artist.getSimilar", "artist": "Кино"}
JSON = {"format": "json"}


def _ask(server: str, **asked: Any) -> httpx.Response:
    return httpx.get(f"{server}/2.0/", params=asked)


def _xml(answer: httpx.Response) -> ET.Element:
    assert answer.headers["content-type"].startswith("text/xml")
    return ET.fromstring(answer.content)


def test_similar_artists_in_json_have_the_shape_of_lastfm(server: str) -> None:
    answer = _ask(server, **ARTIST, **JSON, limit=1)
    assert answer.headers["content-type"] == "application/json"
    [first] = answer.json()["similarartists"].pop("artist")
    sizes = ["small", "medium", "large", "extralarge", "mega", ""]
    assert answer.json()["similarartists"]["@attr"] == {"artist": "Кино"}
    assert list(first) == ["name", "mbid", "match", "url", "image", "streamable"]
    assert first["match"] == "1"  # a text, as there
    assert first["image"] == [{"#text": "", "size": size} for size in sizes]
    assert first["streamable"] == "0"


def test_similar_tracks_in_json_have_the_shape_of_lastfm(server: str) -> None:
    answer = _ask(server, method="track.getSimilar", artist="Кино", track="Believe", **JSON).json()
    tracks = {one["name"]: one for one in answer["similartracks"]["track"]}
    assert answer["similartracks"]["@attr"] == {"track": "Believe", "artist": "Кино"}
    match = tracks["Ray & Light"].pop("match")
    assert isinstance(match, float)  # a number, as there
    assert 0 < match <= 1
    tracks["Ray & Light"].pop("image")
    assert tracks["Ray & Light"] == {
        "name": "Ray & Light",
        "playcount": 18,
        "mbid": "00000000-0000-4000-8000-000000000022",
        "url": "https://www.last.fm/music/Tom+%26+Jerry+%3Clive%3E/_/Ray+%26+Light",
        "streamable": {"#text": "0", "fulltrack": "0"},
        "duration": 0,
        "artist": {
            "name": "Tom & Jerry <live>",
            "mbid": "00000000-0000-4000-8000-000000000002",
            "url": "https://www.last.fm/music/Tom+%26+Jerry+%3Clive%3E",
        },
    }


def test_xml_says_the_same(server: str) -> None:
    root = _xml(_ask(server, **ARTIST))
    answer = _ask(server, **ARTIST, **JSON).json()["similarartists"]["artist"]
    assert (root.tag, root.attrib) == ("lfm", {"status": "ok"})
    assert root[0].attrib == {"artist": "Кино"}
    assert [one.findtext("match") for one in root[0]] == [one["match"] for one in answer]
    assert [one.findtext("name") for one in root[0]] == [one["name"].replace("\x07", "") for one in answer]
    assert {"Tom & Jerry <live>", "Bell End", "فيروز"} <= {one.findtext("name") for one in root[0]}


def test_only_artists_are_like_an_artist_and_tracks_like_a_track(server: str) -> None:
    artists = _ask(server, **ARTIST, **JSON).json()["similarartists"]["artist"]
    track = _ask(server, method="track.getSimilar", mbid="00000000-0000-4000-8000-000000000022", **JSON)
    tracks = track.json()["similartracks"]["track"]
    assert (len(artists), len(tracks)) == (6, 5)


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "ARTIST.GETSIMILAR", "artist": "кино"},
        {
            "method": "artist.getsimilar",
            "artist": "no matter",
            "mbid": "00000000-0000-4000-8000-000000000001",
        },
        {"method": "artist.getSimilar", "artist": "Кино", "mbid": "of nobody here"},
    ],
    ids=["method in any case", "by MBID", "by name when the MBID is unknown"],
)
def test_ways_to_ask(server: str, asked: dict[str, Any]) -> None:
    answer = _ask(server, **asked, **JSON).json()
    assert answer["similarartists"]["@attr"] == {"artist": "Кино"}


@pytest.mark.parametrize("name", ["AC+DC", "AC%2BDC"], ids=["plain", "escaped twice, as Navidrome does"])
def test_a_plus_in_a_name(server: str, name: str) -> None:
    answer = _ask(server, method="artist.getSimilar", artist=name, **JSON).json()
    assert answer["similarartists"]["@attr"] == {"artist": "AC+DC"}


def test_a_typing_error_is_corrected_if_that_is_asked_for(server: str) -> None:
    answer = _ask(server, method="artist.getSimilar", artist="Yousou N'Dour", autocorrect=1, **JSON).json()
    assert answer["similarartists"]["@attr"] == {"artist": "Youssou N'Dour"}


@pytest.mark.parametrize(
    ("name", "correct"),
    [("Yousou N'Dour", 0), ("Ки", 1), ("Кинно", 1), ("Metallica", 1), ("Joussou Madou", 1)],
)
def test_no_name_is_taken_for_another_unasked_or_unlike(server: str, name: str, correct: int) -> None:
    answer = _ask(server, method="artist.getSimilar", artist=name, autocorrect=correct, **JSON)
    assert answer.status_code == 200  # as Last.fm
    assert answer.json() == {"error": 6, "message": "The artist you supplied could not be found", "links": []}


@pytest.mark.parametrize("mbid", ["", "00000000-0000-4000-8000-000000000113"])
def test_tracks_come_with_the_mbids_of_their_artists(recordings_server: str, mbid: str) -> None:
    named = {"mbid": mbid} if mbid else {"artist": "Fall, The", "track": "Totally Wired!"}
    asked = {"method": "track.getSimilar", **named}
    tracks = _ask(recordings_server, **asked, **JSON).json()["similartracks"]["track"]
    artists = {track["name"]: (track["mbid"][-3:], track["artist"]) for track in tracks}
    can = {
        "name": "Can",
        "mbid": "00000000-0000-4000-8000-000000000101",
        "url": "https://www.last.fm/music/Can",
    }
    assert artists["Vitamin C"] == ("111", can)
    assert artists["Under Pressure"][1]["mbid"] == ""  # a credit of two, which no MBID is of
    answer = ET.fromstring(_ask(recordings_server, **asked).content)
    found = {one.findtext("name"): one.findtext("artist/mbid") for one in answer.iter("track")}
    assert found["Vitamin C"] == can["mbid"]


def test_a_misspelt_artist_that_only_tracks_name(recordings_server: str) -> None:
    asked = {"method": "track.getSimilar", "artist": "Happy Mondyas", "track": "Step On", **JSON}
    assert _ask(recordings_server, **asked).json()["error"] == 6
    answer = _ask(recordings_server, **asked, autocorrect=1).json()
    assert answer["similartracks"]["@attr"] == {"track": "Step On", "artist": "Happy Mondays"}


def test_a_misspelt_track_of_a_misspelt_artist(server: str) -> None:
    asked = {"method": "track.getSimilar", "artist": "Tom and Jery live", "track": "Ray & Ligth"}
    assert _ask(server, **asked, **JSON).json()["error"] == 6
    answer = _ask(server, **asked, autocorrect=1, **JSON).json()
    assert answer["similartracks"]["@attr"] == {"track": "Ray & Light", "artist": "Tom & Jerry <live>"}


def test_a_search_repeats_what_was_typed_as_far_as_xml_can(server: str) -> None:
    root = _xml(_ask(server, method="artist.search", artist='<"&\x01\ufffeفيرو'))
    assert root[0].attrib["for"] == '<"&فيرو'
    found = _xml(_ask(server, method="artist.search", artist="فيرو"))
    assert found.findtext(".//artist/name") == "فيروز"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"method": "artist.getSomething"}, 400, 3),
        ({}, 400, 3),
        ({"method": "artist.getSimilar"}, 200, 6),
        ({"method": "track.getSimilar", "track": "Believe"}, 200, 6),
        ({"method": "artist.search"}, 200, 6),
        ({"method": "track.search", "track": "", "artist": "Cher"}, 200, 6),
        ({**ARTIST, "limit": "many"}, 400, 6),
        ({**ARTIST, "limit": "0"}, 400, 6),
        ({**ARTIST, "limit": "٣"}, 400, 6),
        ({**ARTIST, "autocorrect": "yes"}, 400, 6),
        ({**ARTIST, "artist": "x" * 301}, 400, 6),
        ({f"x{number}": "" for number in range(101)}, 400, 6),
    ],
)
def test_what_lastfm_would_not_answer(server: str, asked: dict[str, str], status: int, code: int) -> None:
    json, xml = _ask(server, **{**JSON, **asked}), _ask(server, **asked)
    assert json.status_code == xml.status_code == status
    if len(asked) <= 100:  # or the format is among those not read
        assert json.json()["error"] == code
    root = _xml(xml)
    assert root.attrib == {"status": "failed"}
    assert root[0].attrib == {"code": str(code)}
    assert root[0].text


def test_an_unknown_format_is_error_5(server: str) -> None:
    answer = _ask(server, **ARTIST, format="yaml")
    assert (answer.status_code, _xml(answer)[0].attrib) == (400, {"code": "5"})


def test_a_form_asks_as_well_as_an_address(server: str) -> None:
    here = httpx.post(f"{server}/2.0", data={**ARTIST, **JSON})
    there = httpx.post(f"{server}/2.0/", params=JSON, data=ARTIST)
    assert here.json() == there.json() == _ask(server, **ARTIST, **JSON).json()


def test_letters_that_are_sent_as_they_are(server: str) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    form = "method=artist.getSimilar&format=json&artist=Кино".encode()
    assert (
        httpx.post(f"{server}/2.0/", content=form, headers=kind).json()
        == _ask(server, **ARTIST, **JSON).json()
    )


def test_an_answer_holds_until_the_model_changes(server: str) -> None:
    first = _ask(server, **ARTIST)
    again = httpx.get(f"{server}/2.0/", params=ARTIST, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["etag"].startswith(f'"{first.headers["x-tigertail-model"]}.')
    for tag in (first.headers["etag"], "*"):  # RFC 9110, 13.1.2: 304 is for GET
        form = httpx.post(f"{server}/2.0/", data=ARTIST, headers={"If-None-Match": tag})
        assert (form.status_code, form.content) == (200, first.content)


def test_under_another_limit_an_answer_holds_no_longer(server: str, started: Any) -> None:
    known = {"If-None-Match": _ask(server, **ARTIST).headers["etag"]}
    shorter = httpx.get(f"{started(limits={'n': 1})}/2.0/", params=ARTIST, headers=known)
    assert (shorter.status_code, len(list(_xml(shorter)[0]))) == (200, 1)


def test_keys_and_rates_are_told_as_lastfm_tells_them(started: Any) -> None:
    busy = started(keys={"player": digest("open sesame")}, limits={"rate": 0.001, "burst": 2})
    refused = _ask(busy, **ARTIST, **JSON, api_key="guessed")
    assert (refused.status_code, refused.json()["error"]) == (403, 10)
    assert _ask(busy, **ARTIST, api_key="open sesame").status_code == 200
    assert _ask(busy, **ARTIST, api_key="open sesame").status_code == 200
    slow = _ask(busy, **ARTIST, api_key="open sesame")
    assert (slow.status_code, _xml(slow)[0].attrib) == (429, {"code": "29"})
    assert int(slow.headers["retry-after"]) > 1


def test_a_form_that_is_too_large_or_of_another_kind(server: str) -> None:
    large = httpx.post(f"{server}/2.0/", params=JSON, data={"artist": "x" * 70_000})
    assert (large.status_code, large.json()["error"]) == (413, 6)
    other = httpx.post(f"{server}/2.0/", params={**ARTIST, **JSON}, json={"artist": "not read"})
    assert other.json()["similarartists"]["@attr"] == {"artist": "Кино"}


def test_a_form_that_does_not_come(started: Any) -> None:
    hasty = httpx.URL(started(limits={"read_timeout": 0.2}))
    head = b"POST /2.0/?format=json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n"
    with socket.create_connection((hasty.host, hasty.port), timeout=20) as player:
        player.sendall(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nmethod=")
        answer = b""
        while not answer.endswith(b"}"):
            part = player.recv(4096)
            assert part, answer
            answer += part
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert (
        b'{"error":8,"message":"Operation failed - the request body took too long to arrive","links":[]}'
        in answer
    )


def test_other_ways_and_paths_are_told_in_its_words_too(server: str) -> None:
    put = httpx.put(f"{server}/2.0/", params=JSON)
    assert (put.status_code, put.json()["error"]) == (405, 3)
    assert put.headers["allow"] == "GET, POST"
    assert _xml(httpx.get(f"{server}/2.0/user"))[0].attrib == {"code": "3"}
    assert httpx.get(f"{server}/v1/nothing").headers["content-type"] == "application/problem+json"


def test_even_a_fault_of_ours_is_told_in_its_words(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: LastfmRequest, served: ServedModel) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(LastfmRequest, "answer", broken)
    answer = _ask(server, **ARTIST, **JSON, limit=17)  # nobody has asked so before
    assert (answer.status_code, answer.json()["error"]) == (500, 8)
    assert "Zero" not in answer.text

"""ListenBrainz Labs' datasets, asked as real clients ask: Navidrome and MagicLists by GET, Troi by POST.

The requests are those of their sources; none of them can be installed here for its few lines alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.compat.conftest import KINO_BEFORE

from tigertail.service.compat import listenbrainz_responses, similarity_scores
from tigertail.service.middleware.authentication import digest
from tigertail.service.serving.served_model import ServedModel

ALGORITHM = "session_based_days_7500_session_300_contribution_5_threshold_10_limit_100_filter_True_skip_30"
KINO, JERRY, FAIRUZ = (f"00000000-0000-4000-8000-{number:012}" for number in (1, 2, 11))
BELIEVE, LIGHT = (f"00000000-0000-4000-8000-{number:012}" for number in (21, 22))
_MANY = f'[{{"artist_mbids": ["{KINO}", "{JERRY}"], "algorithm": "x"}}, {{"artist_mbid": "{KINO}", "algorithm": "x"}}]'
NOBODY = "99999999-0000-4000-8000-000000000000"


def _get(server: str, what: str, **asked: Any) -> httpx.Response:
    return httpx.get(f"{server}/similar-{what}/json", params=asked)


def _post(server: str, what: str, body: Any) -> httpx.Response:
    return httpx.post(f"{server}/similar-{what}/json", json=body)


def test_artists_as_navidrome_asks(server: str) -> None:
    rows = _get(server, "artists", artist_mbids=KINO, algorithm=ALGORITHM).json()
    jerry = next(row for row in rows if row["artist_mbid"] == JERRY)
    assert isinstance(jerry["score"], int)
    assert jerry == {
        "score": jerry["score"],
        "artist_mbid": JERRY,
        "name": "Tom & Jerry <live>",
        "comment": "",
        "type": None,
        "gender": None,
        "reference_mbid": KINO,
    }
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] <= 10_000


def test_artists_as_magiclists_asks(locked: str) -> None:
    asked = {"artist_mbids": KINO, "algorithm": ALGORITHM, "limit": 100, "filter": "True", "skip": 30}
    token = {"Accept": "application/json", "Authorization": "Token open sesame"}
    answer = httpx.get(f"{locked}/similar-artists/json", params=asked, headers=token)
    assert [row["name"] for row in answer.json() if row["artist_mbid"] == JERRY] == ["Tom & Jerry <live>"]


def test_only_items_with_an_mbid_are_listed(server: str) -> None:
    rows = _get(server, "artists", artist_mbids=KINO, algorithm=ALGORITHM).json()
    assert len(rows) == 5  # of six: AC+DC has none
    assert all(row["artist_mbid"] for row in rows)


def test_further_items_are_looked_at_only_where_some_have_no_mbid(
    music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = ServedModel.open(music)
    limits: list[int] = []

    def noted(served: ServedModel, seeds: list[int], limit: int, kind: str) -> list[tuple[int, float]]:
        limits.append(limit)
        return similarity_scores.like(served, seeds, limit, kind)

    whole = {mbid: listenbrainz_responses.rows_of(served, "artist", mbid) for mbid in (FAIRUZ, KINO)}
    monkeypatch.setattr(listenbrainz_responses, "like", noted)
    monkeypatch.setattr(listenbrainz_responses, "_LISTED", 2)
    assert listenbrainz_responses.rows_of(served, "artist", FAIRUZ) == whole[FAIRUZ][:2]
    assert limits == [2]
    monkeypatch.setattr(listenbrainz_responses, "_LISTED", 4)
    assert listenbrainz_responses.rows_of(served, "artist", KINO) == whole[KINO][:4]
    assert limits == [2, 4, 500]


def test_an_id_may_be_an_mbid(server: str) -> None:
    rows = _get(server, "artists", artist_mbids=FAIRUZ.upper(), algorithm=ALGORITHM).json()
    assert {row["name"] for row in rows[:2]} == {"東京事変", "Youssou N'Dour"}


def test_artists_as_troi_asks(server: str) -> None:
    body = [{"artist_mbids": [KINO], "algorithm": ALGORITHM}]
    expected = _get(server, "artists", artist_mbids=KINO, algorithm="any other").json()
    assert _post(server, "artists", body).json() == expected
    assert _post(server, "artists", [{"artist_mbid": KINO, "algorithm": "x"}]).json() == expected


def test_a_lone_mbid_and_a_list_are_asked_about_together(server: str) -> None:
    both = _get(server, "artists", artist_mbids=f"{KINO},{FAIRUZ}", algorithm=ALGORITHM).json()
    assert _get(server, "artists", artist_mbids=KINO, artist_mbid=FAIRUZ, algorithm=ALGORITHM).json() == both
    body = {"artist_mbids": [KINO], "artist_mbid": FAIRUZ, "algorithm": "x"}
    assert _post(server, "artists", [body]).json() == both
    assert (
        _post(server, "artists", [body | {"artist_mbids": [KINO, FAIRUZ], "artist_mbid": None}]).json()
        == both
    )
    alone = _get(server, "artists", artist_mbids=FAIRUZ, algorithm=ALGORITHM).json()
    assert _post(server, "artists", [body | {"artist_mbids": None}]).json() == alone


def test_of_several_each_artist_is_listed_once_and_none_that_was_asked(server: str) -> None:
    both = _get(server, "artists", artist_mbids=f"{KINO},{FAIRUZ}", algorithm=ALGORITHM).json()
    names = [row["name"] for row in both]
    apart = [{"artist_mbids": [mbid], "algorithm": "x"} for mbid in (KINO, FAIRUZ)]
    assert _post(server, "artists", apart).json() == both
    assert len(names) == len(set(names)) == 4
    assert {row["name"]: row["reference_mbid"] for row in both}["東京事変"] == FAIRUZ
    assert _post(server, "artists", [{"artist_mbids": [KINO, FAIRUZ], "algorithm": "x"}]).json() == both


def test_none_that_was_asked_by_another_mbid_of_its_is_listed(server: str) -> None:
    both = _get(server, "artists", artist_mbids=f"{KINO},{JERRY}", algorithm=ALGORITHM).json()
    before = _get(server, "artists", artist_mbids=f"{KINO_BEFORE},{JERRY}", algorithm=ALGORITHM).json()
    assert [row["name"] for row in before] == [row["name"] for row in both]
    assert "Кино" not in {row["name"] for row in before}


def test_an_unknown_mbid_has_no_rows(server: str) -> None:
    answer = _get(server, "artists", artist_mbids=NOBODY, algorithm=ALGORITHM)
    assert (answer.status_code, answer.json()) == (200, [])
    track = _get(server, "artists", artist_mbids=BELIEVE, algorithm=ALGORITHM)
    assert track.json() == []  # it is no artist's


def test_recordings(server: str) -> None:
    rows = _get(server, "recordings", recording_mbids=BELIEVE, algorithm=ALGORITHM).json()
    light = next(row for row in rows if row["recording_mbid"] == LIGHT)
    assert light == {
        "score": light["score"],
        "recording_mbid": LIGHT,
        "recording_name": "Ray & Light",
        "artist_credit_name": "Tom & Jerry <live>",
        "artist_credit_mbids": [JERRY],
        "release_name": None,
        "release_mbid": None,
        "caa_id": None,
        "caa_release_mbid": None,
        "reference_mbid": BELIEVE,
    }
    body = [{"recording_mbids": [BELIEVE], "algorithm": ALGORITHM}]
    assert _post(server, "recordings", body).json() == rows


def test_recordings_come_with_all_artists_of_their_credit(recordings_server: str) -> None:
    wired, vitamin, halleluwah, pressure = (
        f"00000000-0000-4000-8000-000000000{n}" for n in (113, 111, 112, 114)
    )
    can, bowie, queen = (f"00000000-0000-4000-8000-000000000{n}" for n in (101, 103, 104))
    rows = _get(recordings_server, "recordings", recording_mbids=wired, algorithm=ALGORITHM).json()
    credits = {row["recording_mbid"]: (row["artist_credit_name"], row["artist_credit_mbids"]) for row in rows}
    assert credits == {
        vitamin: ("Can", [can]),
        halleluwah: ("Can", [can]),  # as another track of theirs says
        pressure: ("Queen & David Bowie", [queen, bowie]),
    }


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"artist_mbids": KINO},
        {"algorithm": ALGORITHM},
        {"artist_mbids": "Кино", "algorithm": ALGORITHM},
        {"artist_mbids": f"{KINO},", "algorithm": ALGORITHM},
        {"artist_mbids": KINO, "algorithm": ""},
        {"artist_mbids": ",".join([KINO] * 101), "algorithm": ALGORITHM},
    ],
)
def test_a_question_that_is_none(server: str, asked: dict[str, str]) -> None:
    answer = _get(server, "artists", **asked)
    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "body", [_MANY.encode(), b"", b"{", b"\xff", b"null", b"[]", b"[1]", b'{"artist_mbids": []}', b"[" * 2000]
)
def test_a_body_that_is_none(server: str, body: bytes) -> None:
    answer = httpx.post(f"{server}/similar-artists/json", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


def test_an_answer_holds_until_the_model_changes(server: str) -> None:
    url = f"{server}/similar-artists/json?artist_mbids={KINO}&algorithm=x"
    tag = httpx.get(url).headers["etag"]
    assert httpx.get(url, headers={"If-None-Match": tag}).status_code == 304
    whole = _get(server, "artists", artist_mbids=KINO, algorithm="x").content
    body = [{"artist_mbids": [KINO], "algorithm": "x"}]
    for known in (tag, "*"):  # RFC 9110, 13.1.2: 304 is for GET
        posted = httpx.post(f"{server}/similar-artists/json", json=body, headers={"If-None-Match": known})
        assert (posted.status_code, posted.content) == (200, whole)


def test_keys_and_sizes_are_told_in_its_words(locked: str, started: Any) -> None:
    refused = _get(locked, "recordings", recording_mbids=BELIEVE, algorithm="x")
    assert (refused.status_code, refused.json()["code"]) == (401, 401)
    token = {"Authorization": "Token open sesame"}  # as ListenBrainz wants it
    url = f"{locked}/similar-artists/json?artist_mbids={KINO}&algorithm=x"
    assert httpx.get(url, headers=token).status_code == 200
    narrow = started(limits={"max_body_bytes": 1024}, keys={"player": digest("open sesame")})
    large = httpx.post(f"{narrow}/similar-artists/json", content=b" " * 2000, headers=token)
    assert (large.status_code, large.json()["code"]) == (413, 413)


def test_what_is_to_be_sent_is_said_for_that_route(server: str) -> None:
    asked = {"algorithm": "x", "recording_mbids": "x"}
    in_url = httpx.get(f"{server}/similar-recordings/json", params=asked).json()["error"]
    assert in_url.endswith("ask as ?recording_mbids=MBID,MBID&algorithm=NAME")
    for body in (b"{", b"[1]"):
        in_body = httpx.post(f"{server}/similar-recordings/json", content=body).json()["error"]
        assert in_body.endswith('send a list, as [{"recording_mbids": ["..."], "algorithm": "..."}]')
    empty = httpx.post(f"{server}/similar-recordings/json", content=b"[]").json()["error"]
    assert empty.startswith("body: List should have at least 1 item")

"""What players ask, as their sources ask it, read as strictly as they read the answers.

Each test names the repository, the file and the commit its request is that of; these are facts, no code is copied.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import httpx
import pytest

KINO, JERRY, BELIEVE = (f"00000000-0000-4000-8000-{number:012}" for number in (1, 2, 21))
NOBODY = "99999999-0000-4000-8000-000000000000"


def test_jellyfin(server: str) -> None:
    """jellyfin/jellyfin, MediaBrowser.Providers/Plugins/ListenBrainz/Api/ListenBrainzLabsClient.cs at
    0dc99cbcc352db805526aefef40c481d8f3d8ab6, Models/SimilarArtistData.cs at 51e26ed6c1710d2a2309aba54d0778baaa25f942.

    It reads a list; in each row artist_mbid as a Guid, which cannot be null, name as a text, score as a number.
    """
    algorithm = (
        "session_based_days_1825_session_300_contribution_3_threshold_10_limit_100_filter_True_skip_30"
    )
    rows = httpx.get(f"{server}/similar-artists/json?artist_mbids={KINO}&algorithm={algorithm}").json()
    assert str(UUID(rows[0]["artist_mbid"])) == rows[0]["artist_mbid"]
    for row in rows:
        UUID(row["artist_mbid"])
        assert isinstance(row["name"], str)
        assert type(row["score"]) is int
    assert KINO not in [row["artist_mbid"] for row in rows]
    unknown = httpx.get(f"{server}/similar-artists/json?artist_mbids={NOBODY}&algorithm={algorithm}")
    assert (unknown.status_code, unknown.json()) == (200, [])  # another status would be logged as a failure


def test_magiclists(server: str) -> None:
    """pirus99/magic-lists-ai-curator, backend/services/listenbrainz_client.py at
    fb0dad251223294f333511681c4cd0caf55b29fd.

    It sends the fields of the algorithm once more, and its key after "Token"; it passes over rows without an MBID, a
    name or a number as score.
    """
    asked = {
        "artist_mbids": KINO,
        "algorithm": "session_based_days_7500_session_300_contribution_5_threshold_10_limit_100_filter_True_skip_30",
        "limit": 100,
        "filter": "True",
        "skip": 30,
    }
    headers = {"Accept": "application/json", "Authorization": "Token x"}
    rows = (
        httpx.get(f"{server}/similar-artists/json", params=asked, headers=headers).raise_for_status().json()
    )
    assert isinstance(rows, list)
    assert rows
    assert all(row["artist_mbid"] and row["name"] and isinstance(row["score"], int | float) for row in rows)


def test_mmusic(server: str) -> None:
    """mattias800/mmusic, MusicGQL/Integration/ListenBrainz/ListenBrainzSimilarityClient.cs at
    298b765477156e4764b17ed210814f0063f7ae24.

    It posts a list of one query, and reads a list of rows.
    """
    algorithm = "session_based_days_9000_session_300_contribution_5_threshold_15_limit_50_skip_30"
    asked = [{"artist_mbids": [KINO], "algorithm": algorithm}]
    rows = httpx.post(f"{server}/similar-artists/json", json=asked).raise_for_status().json()
    assert isinstance(rows, list)
    assert rows
    for row in rows:
        UUID(row["artist_mbid"])
        assert isinstance(row["name"], str)


MUSIC_ASSISTANT = [  # method, what holds the list, what is in it, by MBID, by name
    ("artist.getSimilar", "similarartists", "artist", {"mbid": KINO}, {"artist": "Кино"}),
    ("track.getSimilar", "similartracks", "track", {"mbid": BELIEVE}, {"artist": "Кино", "track": "Believe"}),
    ("artist.getTopTracks", "toptracks", "track", {"mbid": KINO}, {"artist": "Кино"}),
]


@pytest.mark.parametrize(("method", "container", "key", "by_mbid", "by_name"), MUSIC_ASSISTANT)
def test_music_assistant(
    server: str, method: str, container: str, key: str, by_mbid: dict[str, str], by_name: dict[str, str]
) -> None:
    """music-assistant/server, music_assistant/providers/lastfm_recommendations/api_client.py at
    18f4acca3cb36af1008a574823e53ce7a2564a40.

    It asks by the MBID first; where the body has an error, or no list, by name with autocorrect.
    """
    common = {"method": method, "api_key": "x", "format": "json", "limit": 10}
    first = httpx.get(f"{server}/2.0/", params=common | by_mbid).raise_for_status().json()
    listed = first[container][key]
    assert isinstance(listed, list)
    assert listed
    unknown = httpx.get(f"{server}/2.0/", params=common | {"mbid": NOBODY}).raise_for_status().json()
    assert unknown["error"] == 6
    again = httpx.get(f"{server}/2.0/", params=common | by_name | {"autocorrect": 1}).json()
    assert again[container][key] == listed


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("autocorrect=1&artist=%D0%9A%D0%B8%D0%BD%D0%BE&method=artist.getSimilar&limit=25", "similarartists"),
        (f"mbid={KINO}&method=artist.getSimilar&limit=25", "similarartists"),
        ("artist=%D0%9A%D0%B8%D0%BD%D0%BE&autocorrect=1&method=artist.getTopTracks", "toptracks"),
        (f"mbid={KINO}&method=artist.getTopTracks", "toptracks"),
        (
            "artist=%D0%9A%D0%B8%D0%BD%D0%BE&autocorrect=1&method=track.getSimilar&track=Believe",
            "similartracks",
        ),
        (f"method=artist.getTopTags&mbid={KINO}", "toptags"),
    ],
)
def test_lastmix_of_lyrion(server: str, asked: str, holds: str) -> None:
    """michaelherger/LastMix, LFM.pm at 11ae050d43b597fdc1133a420777e071e43c51cd.

    Its fields are sorted, and format=json is among them; it takes an answer that holds an object of that name.
    """
    query = "&".join(sorted([*asked.split("&"), "api_key=x", "format=json"]))
    answer = httpx.get(f"{server}/2.0/?{query}")
    assert answer.status_code < 400
    assert isinstance(answer.json()[holds], dict)


@pytest.mark.parametrize(
    ("method", "query", "listed", "first"),
    [
        ("artist.getsimilar", f"mbid={KINO}", "similarartists", ("name", "mbid")),
        ("artist.getsimilar", "artist=%D0%9A%D0%B8%D0%BD%D0%BE", "similarartists", ("name", "mbid")),
        ("track.getsimilar", f"mbid={BELIEVE}", "similartracks", ("name", "artist/name")),
    ],
)
def test_ampache(server: str, method: str, query: str, listed: str, first: tuple[str, ...]) -> None:
    """ampache/ampache, src/Module/LastFm/LastFmQuery.php at 0151107f5e6f8949b246cc19f00742c8f15c7a74, and
    src/Module/Util/Recommendation.php at 016eace20852bbb2f2cc31f874d3a11d0767bdde.

    It reads XML, in which the children of the list have a name and an MBID, or a name and an artist.
    """
    answer = httpx.get(f"{server}/2.0/?method={method}&api_key=x&{query}&lang=en")
    children = list(ET.fromstring(answer.content).iterfind(f"{listed}/*"))
    assert children
    assert all(child.find(path) is not None for child in children for path in first)


def test_ampache_asks_for_a_biography(server: str) -> None:
    """The same: artist.getinfo; a missing biography is an empty text, and no error."""
    answer = httpx.get(f"{server}/2.0/?method=artist.getinfo&api_key=x&artist=AC%2BDC&lang=en")
    assert ET.fromstring(answer.content).findtext("artist/bio/summary") == ""


def test_top_tracks_have_the_shape_of_lastfm(recordings_server: str) -> None:
    asked = {"method": "artist.getTopTracks", "artist": "can", "limit": 1, "format": "json"}
    answer = httpx.get(f"{recordings_server}/2.0/", params=asked).json()["toptracks"]
    assert answer["@attr"] == {"artist": "Can", "page": "1", "perPage": "1", "totalPages": "2", "total": "2"}
    [track] = answer["track"]
    assert track["@attr"] == {"rank": "1"}
    assert track["artist"]["name"] == "Can"
    assert track["playcount"] == track["listeners"]
    second = httpx.get(f"{recordings_server}/2.0/", params=asked | {"page": 2}).json()["toptracks"]
    assert [one["@attr"]["rank"] for one in second["track"]] == ["2"]
    assert {track["name"], second["track"][0]["name"]} == {"Vitamin C", "Halleluwah"}
    markup = httpx.get(f"{recordings_server}/2.0/", params=asked | {"format": ""}).content
    assert ET.fromstring(markup).find("toptracks/track[@rank='1']/artist/name") is not None


def test_top_tracks_of_a_misspelt_artist(recordings_server: str) -> None:
    asked = {"method": "artist.getTopTracks", "artist": "Hapy Mondays", "format": "json"}
    assert httpx.get(f"{recordings_server}/2.0/", params=asked).json()["error"] == 6
    corrected = httpx.get(f"{recordings_server}/2.0/", params=asked | {"autocorrect": 1}).json()
    assert corrected["toptracks"]["@attr"]["artist"] == "Happy Mondays"


def test_an_artist_without_tracks_has_no_top_tracks(server: str) -> None:
    asked = {"method": "artist.getTopTracks", "artist": "AC+DC", "format": "json"}
    answer = httpx.get(f"{server}/2.0/", params=asked).json()["toptracks"]
    assert (answer["track"], answer["@attr"]["artist"], answer["@attr"]["total"]) == ([], "AC+DC", "0")


def test_a_correction(server: str) -> None:
    asked = {"method": "artist.getCorrection", "artist": "Yousou N'Dour", "format": "json"}
    correction = httpx.get(f"{server}/2.0/", params=asked).json()["corrections"]["correction"]
    assert correction["artist"]["name"] == "Youssou N'Dour"
    assert correction["@attr"] == {"index": "0"}
    asked["artist"] = "Nobody At All"
    assert httpx.get(f"{server}/2.0/", params=asked).json()["error"] == 6


def test_what_is_known_of_a_track(server: str) -> None:
    asked = {"method": "track.getInfo", "artist": "Кино", "track": "believe", "format": "json"}
    track = httpx.get(f"{server}/2.0/", params=asked).json()["track"]
    assert (track["name"], track["mbid"], track["artist"]["mbid"]) == ("Believe", BELIEVE, KINO)
    assert track["toptags"] == {"tag": []}
    assert int(track["listeners"]) > 0


class TestAudioMuse:
    """NeptuneHub/AudioMuse-AI, app_voyager.py at 0266669abb6d8780a5ffcb42462c4f46cb284474, app_artist_similarity.py at
    040ae8ef4ff68fb21239be5efe740a5327f2475c, app_path.py at 0260069b498beb66942385c06c4085c82ddcef93; as
    NeptuneHub/audiomuse-ai-plugin asks, Services/AudioMuseService.cs at 103da4b3b47018253bb502249187cb5776d7be86.
    """

    def get(self, server: str, path: str, **asked: Any) -> httpx.Response:
        return httpx.get(f"{server}/api/{path}", params=asked)

    def test_similar_tracks(self, recordings_server: str) -> None:
        by_name = self.get(
            recordings_server,
            "similar_tracks",
            n=3,
            title="Vitamin C",
            artist="Can",
            eliminate_duplicates="true",
        ).json()
        assert set(by_name[0]) == {"item_id", "title", "author", "album", "album_artist", "distance"}
        assert by_name[0]["distance"] == 0
        assert [one["distance"] for one in by_name] == sorted(one["distance"] for one in by_name)
        again = self.get(recordings_server, "similar_tracks", n=3, item_id=by_name[0]["item_id"]).json()
        assert "Vitamin C" in [one["title"] for one in again]

    def test_similar_artists(self, server: str) -> None:
        listed = self.get(server, "similar_artists", artist="Кино", n=3).json()
        assert set(listed[0]) == {"artist", "artist_id", "divergence"}
        assert {"Tom & Jerry <live>"} <= {one["artist"] for one in listed}
        assert self.get(server, "similar_artists", artist_id="kino", n=3).json() == listed

    def test_find_path(self, recordings_server: str) -> None:
        start, end = (
            self.get(recordings_server, "search_tracks", title=title, artist=artist).json()[0]["item_id"]
            for title, artist in (("Vitamin C", "Can"), ("Totally Wired", "The Fall"))
        )
        found = self.get(
            recordings_server, "find_path", start_song_id=start, end_song_id=end, max_steps=3
        ).json()
        assert [found["path"][place]["item_id"] for place in (0, -1)] == [start, end]
        assert found["path"][0]["embedding_vector"] == []
        assert found["total_distance"] >= 0

    @pytest.mark.parametrize(
        ("path", "asked", "status"),
        [
            ("similar_tracks", {"title": "Vitamin C"}, 400),
            ("similar_tracks", {"item_id": "no such item"}, 404),
            ("similar_artists", {}, 400),
            ("similar_artists", {"artist": "Nobody At All"}, 404),
            ("find_path", {"start_song_id": "a"}, 400),
            ("find_path", {"start_song_id": "a", "end_song_id": "a"}, 400),
            ("find_path", {"start_song_id": "a", "end_song_id": "b"}, 404),
            ("find_path", {"start_song_id": "a", "end_song_id": "b", "max_steps": 1}, 422),
        ],
    )
    def test_errors_are_in_its_words(
        self, server: str, path: str, asked: dict[str, Any], status: int
    ) -> None:
        answer = self.get(server, path, **asked)
        assert (answer.status_code, list(answer.json())) == (status, ["error"])

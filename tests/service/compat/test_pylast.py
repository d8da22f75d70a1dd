"""pylast, the client of Last.fm that Lidify, beets and Music Assistant use, on a server of ours.

It speaks HTTPS to a host alone; the last yard here is plain HTTP to loopback, as behind a proxy that ends TLS.
"""

from __future__ import annotations

import httpx2
import pylast
import pytest


class _Loopback(httpx2.BaseTransport):
    """What a reverse proxy does: HTTPS in, HTTP to the service out."""

    def __init__(self, server: str) -> None:
        self._to = httpx2.URL(server)
        self._http = httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme="http", host=self._to.host, port=self._to.port)
        request.headers["host"] = f"{self._to.host}:{self._to.port}"
        return self._http.handle_request(request)


def _network(server: str, key: str = "any") -> pylast.LastFMNetwork:
    network = pylast.LastFMNetwork(api_key=key)
    network.ws_server = ("tigertail.example.org", "/2.0/")  # as docs/players.md says
    network.enable_proxy({"https://": _Loopback(server)})
    return network


@pytest.fixture
def network(server: str) -> pylast.LastFMNetwork:
    return _network(server)


def test_similar_artists_are_those_of_the_scene(network: pylast.LastFMNetwork) -> None:
    similar = network.get_artist("Кино").get_similar()
    names = [one.item.get_name() for one in similar]
    assert set(names[:3]) == {"Tom & Jerry <live>", "Bell End", "AC+DC"}  # XML cannot hold the bell
    assert similar[0].match == 1.0
    assert [one.match for one in similar] == sorted((one.match for one in similar), reverse=True)


def test_a_limit_is_kept(network: pylast.LastFMNetwork) -> None:
    assert len(network.get_artist("فيروز").get_similar(limit=1)) == 1


def test_similar_tracks_come_with_their_artists(network: pylast.LastFMNetwork) -> None:
    similar = network.get_track("Кино", "Believe").get_similar()
    tracks = [(one.item.get_artist().get_name(), one.item.get_title()) for one in similar]
    assert set(tracks[:2]) == {("Tom & Jerry <live>", "Ray & Light"), ("Bell End", "Frozen <3")}


def test_of_two_tracks_with_one_name_that_of_the_artist_is_meant(network: pylast.LastFMNetwork) -> None:
    similar = network.get_track("فيروز", "Believe").get_similar(limit=2)
    assert {one.item.get_title() for one in similar} == {"Shadow of the Sun", "Li"}
    assert {one.item.get_artist().get_name() for one in similar} == {"東京事変", "nobody in particular"}


@pytest.fixture
def tracks(recordings_server: str) -> pylast.LastFMNetwork:
    return _network(recordings_server)


def test_a_model_of_tracks_answers_with_artists(tracks: pylast.LastFMNetwork) -> None:
    similar = tracks.get_track("the fall", "totally wired").get_similar()
    listed = {(one.item.get_artist().get_name(), one.item.get_title()) for one in similar[:3]}
    assert {("Can", "Vitamin C"), ("Can", "Halleluwah"), ("Queen & David Bowie", "Under Pressure")} == listed
    assert similar[0].match == 1.0


def test_the_artist_tells_tracks_of_one_title_apart(tracks: pylast.LastFMNetwork) -> None:
    [closest] = tracks.get_track("Happy Mondays", "Halleluwah").get_similar(limit=1)
    assert (closest.item.get_artist().get_name(), closest.item.get_title()) == ("Happy Mondays", "Step On")
    [closest] = tracks.get_track("CAN", "Halleluwah").get_similar(limit=1)
    assert closest.item.get_title() != "Step On"
    with pytest.raises(pylast.WSError, match="Track not found") as error:
        tracks.get_track("The Fall", "Halleluwah").get_similar()
    assert error.value.get_id() == "6"


def test_a_track_search_names_the_artist(tracks: pylast.LastFMNetwork) -> None:
    [track] = tracks.search_for_track("", "under pressure").get_next_page()
    assert (track.get_artist().get_name(), track.get_title()) == ("Queen & David Bowie", "Under Pressure")


def test_what_lidify_asks_of_each_artist(network: pylast.LastFMNetwork) -> None:
    artist = network.get_artist("Кино")
    assert artist.get_listener_count() == 18
    assert artist.get_playcount() == 18
    assert artist.get_top_tags() == []
    assert artist.get_mbid() == "00000000-0000-4000-8000-000000000001"
    assert artist.get_bio_content() is None


def test_search(network: pylast.LastFMNetwork) -> None:
    assert [one.get_name() for one in network.search_for_artist("фируз").get_next_page()] == []
    assert [one.get_name() for one in network.search_for_artist("jery tom").get_next_page()] == [
        "Tom & Jerry <live>"
    ]
    [track] = network.search_for_track("", "shadow").get_next_page()
    assert (track.get_artist().get_name(), track.get_title()) == ("東京事変", "Shadow of the Sun")


def test_an_unknown_artist_is_lastfms_error_6(network: pylast.LastFMNetwork) -> None:
    with pytest.raises(pylast.WSError, match="could not be found") as error:
        network.get_artist("Nobody & Friends").get_similar()
    assert error.value.get_id() == "6"


def test_a_method_that_is_not_there_is_error_3(network: pylast.LastFMNetwork) -> None:
    with pytest.raises(pylast.WSError, match="Invalid Method") as error:
        network.get_artist("Кино").get_top_albums()
    assert error.value.get_id() == "3"


def test_the_key_is_in_the_form(locked: str) -> None:
    assert _network(locked, "open sesame").get_artist("Кино").get_similar()
    with pytest.raises(pylast.WSError, match="Invalid API key") as error:
        _network(locked, "guessed").get_artist("Кино").get_similar()
    assert error.value.get_id() == "10"

import json

import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.spotify import SpotifyHistory


def song(artist, ms, user="ann", at="2021-11-15T13:41:44Z", **more):
    names = {"master_metadata_album_artist_name": artist, "master_metadata_track_name": f"{artist}'s song"}
    return {"ts": at, "username": user, "ms_played": ms} | names | {"episode_name": None} | more


EXTENDED = [
    song("Can", 30_000),
    song("Sade", 29_999),
    song("Neu!", 180_000, at="2021-11-16T13:41:44Z", skipped=[]),
    song(None, 3_600_000, episode_name="A podcast"),
    {"something": "else"},
]
YEAR = [{"endTime": "2023-09-15 14:04", "artistName": "Can", "trackName": "Vitamin C", "msPlayed": 200_000}]
FILES = {
    "MyData/Streaming_History_Audio_2021_0.json": json.dumps(EXTENDED),
    "MyData/Streaming_History_Video_2021.json": json.dumps([song("A film", 99_999)]),
    "MyData/ReadMeFirst.pdf": b"%PDF",
}


def history(path, **options):
    return SpotifyHistory(format="spotify-history", path=path, **options)


@pytest.mark.parametrize("how", ["zip", "folder"])
def test_extended_history(how, pack, read, quarantine):
    plays = read(history(pack(FILES, how)))["plays"]
    assert plays.select("listener_id", "name").rows() == [("ann", "Can"), ("ann", "Neu!")]
    assert plays["last_played"].dt.day().to_list() == [15, 16]
    assert quarantine.reasons_of("spotify-history") == {"not a play of Spotify's history": 1}
    assert quarantine.reasons_of("spotify-history", quarantine.left_out) == {
        "a podcast or an audiobook": 1,
        "played for less than 30 s": 1,
    }


def test_tracks_and_what_counts_as_played(pack, read):
    plays = read(history(pack(FILES, "zip"), kind="track", least_seconds=0))["plays"]
    assert plays.select("artist_name", "name").rows()[:2] == [("Can", "Can's song"), ("Sade", "Sade's song")]


def test_the_history_of_a_year_names_no_listener(pack, read, quarantine):
    path = pack({"StreamingHistory_music_0.json": json.dumps(YEAR, indent=1)}, "folder")
    assert read(history(path))["plays"].is_empty()
    assert quarantine.reasons_of("spotify-history") == {"no listener": 1}
    plays = read(history(path, values={"listener_id": "me"}))["plays"]
    assert plays.select("listener_id", "name").rows() == [("me", "Can")]


def test_a_folder_without_a_history(pack, read):
    with pytest.raises(
        DataError, match="extended streaming history, or that of the last year, as Spotify sends it"
    ):
        read(history(pack({"ReadMeFirst.pdf": b"%PDF"}, "folder")))


@pytest.mark.parametrize("played", [None, "abc", float("nan")])
def test_a_play_of_unknown_length_is_rejected(played, tmp_path, read, quarantine):
    songs = [song("Can", 30_000), song("Neu!", played)]
    (tmp_path / "endsong_0.json").write_text(json.dumps(songs))
    assert read(history(tmp_path))["plays"]["name"].to_list() == ["Can"]
    assert quarantine.reasons_of("spotify-history") == {"the time played is not a number": 1}


def test_true_and_false_are_no_artists(tmp_path, read, quarantine):
    (tmp_path / "endsong_0.json").write_text(json.dumps([song("Can", 30_000), song(False, 30_000)]))
    assert read(history(tmp_path))["plays"]["name"].to_list() == ["Can"]
    assert quarantine.reasons_of("spotify-history") == {"no item name": 1}

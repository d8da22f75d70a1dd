import json
from datetime import UTC, datetime

import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.listenbrainz import ListenBrainz

ONE, TWO, RECORDING = (f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}" for digit in "123")
WHEN = datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)


def listen(user, artist, info=None, mapping=None, **rest):
    track = {"artist_name": artist, "track_name": "Song", "additional_info": info or {}}
    if mapping:
        track["mbid_mapping"] = mapping
    return json.dumps({"user_id": user, "user_name": f"name {user}", "track_metadata": track} | rest)


LINES = [
    listen(1, "Sade", timestamp=1600000000),
    listen(1, "Sade", {"artist_mbids": [ONE]}, listened_at=1600000000),
    listen(2, "One feat. Two", {"artist_mbids": [ONE, TWO]}, listened_at=1600000000),
    listen(
        3,
        "One feat. Two",
        {"artist_mbids": [RECORDING]},
        {
            "artist_mbids": [ONE, TWO],
            "recording_mbid": RECORDING,
            "artists": [
                {"artist_mbid": ONE, "artist_credit_name": "One", "join_phrase": " feat. "},
                {"artist_mbid": TWO, "artist_credit_name": "Two", "join_phrase": ""},
            ],
        },
        listened_at=1600000000,
    ),
]
NAME = "listenbrainz-listens-dump-1/listens/2020/9.listens"


def source(path, **options):
    return ListenBrainz(format="listenbrainz", path=path, **options)


@pytest.mark.parametrize("how", ["folder", "zip", "tar", "tar.gz", "tar.xz", "gz", "jsonl"])
def test_dump(how, pack, read):
    plays = read(source(pack({NAME: "\n".join(LINES), "COPYING": "CC0"}, how)))["plays"]
    assert plays.select("listener_id", "mbid", "name", "last_played").rows() == [
        ("1", None, "Sade", WHEN),
        ("1", ONE, "Sade", WHEN),
        ("2", ONE, None, WHEN),
        ("2", TWO, None, WHEN),
        ("3", ONE, "One", WHEN),
        ("3", TWO, "Two", WHEN),
    ]


def test_tracks(pack, read):
    plays = read(source(pack({NAME: "\n".join(LINES)}, "folder"), kind="track"))["plays"]
    assert plays.select("mbid", "name", "artist_name", "artist_mbid").rows() == [
        (None, "Song", "Sade", None),
        (None, "Song", "Sade", ONE),
        (None, "Song", "One feat. Two", ONE),
        (RECORDING, "Song", "One feat. Two", ONE),
    ]


def test_user_name_where_there_is_no_id(pack, read):
    line = json.dumps({"user_name": "rob", "timestamp": 1, "track_metadata": {"artist_name": "Sade"}})
    assert read(source(pack({NAME: line}, "folder")))["plays"]["listener_id"].to_list() == ["rob"]


def test_lines_that_are_no_listens(pack, read, quarantine):
    bad = ["{broken", "[1, 2]", "3", json.dumps({"user_id": 1}), json.dumps({"track_metadata": None})]
    bad += [json.dumps({"user_id": 1, "track_metadata": "x"}), listen({"no": 1}, "Sade")]
    plays = read(source(pack({NAME: "\n".join([*LINES, *bad])}, "folder")))["plays"]
    assert plays.height == 6
    assert sum(quarantine.reasons_of("listenbrainz").values()) == len(bad)
    assert quarantine.read["listenbrainz"] == len(LINES) + len(bad)
    assert quarantine.rows[0].line == 5


def test_several_mbids_in_one_text(pack, read):
    line = listen(1, "One, Two", {"artist_mbids": f"{ONE},{TWO}"}, listened_at=1)
    assert read(source(pack({NAME: line}, "folder")))["plays"]["mbid"].to_list() == [ONE, TWO]


def test_archive_without_listens(pack, read):
    with pytest.raises(DataError, match="give a dump of listens"):
        read(source(pack({"COPYING": "CC0"}, "tar")))

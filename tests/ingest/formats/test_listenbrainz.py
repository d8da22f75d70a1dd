import gzip
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
        (None, "Song", "One feat. Two", f"{ONE},{TWO}"),  # all artists of the credit
        (RECORDING, "Song", "One feat. Two", f"{ONE},{TWO}"),
    ]


def test_user_name_where_there_is_no_id(pack, read):
    line = json.dumps({"user_name": "rob", "timestamp": 1, "track_metadata": {"artist_name": "Sade"}})
    assert read(source(pack({NAME: line}, "folder")))["plays"]["listener_id"].to_list() == ["rob"]


def test_lines_that_are_no_listens(pack, read, quarantine):
    bad = ["{broken", "[1, 2]", "3", json.dumps({"user_id": 1}), json.dumps({"track_metadata": None})]
    bad += [json.dumps({"user_id": 1, "track_metadata": "x"}), '{"payload": {"count": 1}}']
    plays = read(source(pack({NAME: "\n".join([*LINES, *bad])}, "folder")))["plays"]
    assert plays.height == 6
    assert sum(quarantine.reasons_of("listenbrainz").values()) == len(bad)
    assert quarantine.read["listenbrainz"] == len(LINES) + len(bad)
    assert quarantine.rows[0].line == 5


def test_several_mbids_in_one_text(pack, read):
    line = listen(1, "One, Two", {"artist_mbids": f"{ONE},{TWO}"}, listened_at=1)
    assert read(source(pack({NAME: line}, "folder")))["plays"]["mbid"].to_list() == [ONE, TWO]


def test_an_empty_list_of_mbids_hides_none(pack, read):
    line = listen(1, "One", {"artist_mbids": [], "artist_mbid": ONE}, listened_at=1)
    assert read(source(pack({NAME: line}, "folder")))["plays"]["mbid"].to_list() == [ONE]


@pytest.mark.parametrize("other", ["None", None, "zz"])
def test_a_credit_with_one_mbid_of_two_is_not_that_artist(other, pack, read):
    line = listen(1, "One & Two", {"artist_mbids": [ONE, other]}, listened_at=1)
    plays = read(source(pack({"a.jsonl": line}, "jsonl")))["plays"]
    assert plays.select("mbid", "name").rows() == [(None, "One & Two")]


def test_a_credit_of_which_an_mbid_is_left_out_is_not_the_other_artist(pack, read):
    line = listen(1, "One & Two", {"artist_mbids": [{"id": ONE}, TWO]}, listened_at=1)
    plays = read(source(pack({"a.jsonl": line}, "jsonl")))["plays"]
    assert plays.select("mbid", "name").rows() == [(None, "One & Two")]


def test_archive_without_listens(pack, read):
    with pytest.raises(DataError, match="give a dump or an export of listens"):
        read(source(pack({"COPYING": "CC0"}, "tar")))


EXPORT = {
    "user.json": json.dumps({"user_id": 4, "username": "rob"}),
    "listens/2020/9.jsonl": json.dumps(
        {"listened_at": 1600000000, "track_metadata": {"artist_name": "Sade"}}
    ),
    "listens/2020/10.jsonl": json.dumps(
        {"listened_at": 1600000000, "track_metadata": {"artist_name": "Can"}}
    ),
    "feedback.jsonl": json.dumps({"recording_mbid": RECORDING, "score": 1}),
    "pinned_recording.jsonl": json.dumps({"track_metadata": {"artist_name": "Pinned"}}),
}


def listeners(plays):
    return plays.select("listener_id", "name").sort("name").rows()


@pytest.mark.parametrize("how", ["zip", "folder"])
def test_the_export_of_a_listener(how, pack, read, quarantine):
    plays = read(source(pack(EXPORT, how)))["plays"]
    assert listeners(plays) == [("rob", "Can"), ("rob", "Sade")]
    assert quarantine.read["listenbrainz"] == 2
    assert not quarantine.rejected


@pytest.mark.parametrize("name", ["user.jsonl", "feedbackfan_lb-2024-01-11.json"])
def test_a_file_is_another_of_the_export_by_its_whole_name(name, pack, read):
    assert read(source(pack({name: LINES[0]}, "folder")))["plays"]["name"].to_list() == ["Sade"]


def test_names_of_files_may_be_in_capitals_or_packed(pack, read, quarantine):
    files = {name.upper(): text for name, text in EXPORT.items()}
    files["PINNED_RECORDING.JSONL.gz"] = gzip.compress(files.pop("PINNED_RECORDING.JSONL").encode())
    assert listeners(read(source(pack(files, "folder")))["plays"]) == [("rob", "Can"), ("rob", "Sade")]
    assert not quarantine.rejected


def test_a_folder_of_exports(pack, read):
    files = {
        f"{user}/{name}": text.replace("rob", user)
        for user in ("ann", "bob")
        for name, text in EXPORT.items()
    }
    plays = read(source(pack(files, "folder")))["plays"]
    assert listeners(plays) == [("ann", "Can"), ("bob", "Can"), ("ann", "Sade"), ("bob", "Sade")]


def test_the_recipe_says_who_listened(pack, read):
    plays = read(source(pack(EXPORT, "zip"), values={"listener_id": "me"}))["plays"]
    assert listeners(plays) == [("me", "Can"), ("me", "Sade")]
    with pytest.raises(ValueError, match="listener_id"):
        source(pack(EXPORT, "zip"), values={"name": "me"})


@pytest.mark.parametrize("name", ["listenbrainz_some_body_1769300000.jsonl", "some_body_lb-2024-01-11.json"])
def test_the_name_of_an_export_says_who_listened(name, tmp_path, read):
    (tmp_path / name).write_text(EXPORT["listens/2020/9.jsonl"], encoding="utf-8")
    assert read(source(tmp_path / name))["plays"]["listener_id"].to_list() == ["some_body"]
    assert read(source(tmp_path))["plays"]["listener_id"].to_list() == ["some_body"]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("within", [False, True])
def test_an_array_of_listens(indent, within, tmp_path, read):
    listens = [json.loads(line) for line in LINES]
    content = {"payload": {"count": 4, "listens": listens}} if within else listens
    (tmp_path / "a.json").write_text(json.dumps(content, indent=indent), encoding="utf-8")
    assert read(source(tmp_path / "a.json"))["plays"]["name"].to_list() == [
        "Sade",
        "Sade",
        None,
        None,
        "One",
        "Two",
    ]


ODD = {
    "info": {"additional_info": []},
    "mapping": {"mbid_mapping": ["x"]},
    "title": {"track_name": {"a": 1}},
    "nested": {"additional_info": {"artist_mbids": [[ONE], [ONE]]}},
    "single": {"additional_info": {"artist_mbid": ONE}},
    "address": {"additional_info": {"artist_mbids": [f"https://musicbrainz.org/artist/{ONE}"]}},
    "truth": {"additional_info": {"artist_mbids": True, "recording_mbid": False}},
    "credits": {"mbid_mapping": {"artist_mbids": [ONE], "artists": "x"}},
    "halves": {"track_name": "\ud83d", "additional_info": 3},
}


def test_an_odd_field_never_costs_the_listen(tmp_path, read, quarantine):
    tracks = [{"artist_name": name} | track for name, track in ODD.items()]
    lines = [
        json.dumps({"user_id": 1, "listened_at": n, "track_metadata": track})
        for n, track in enumerate(tracks, 1)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    plays = read(source(tmp_path / "a.jsonl"))["plays"]
    assert plays.select("name", "mbid").rows() == [
        (name, ONE if name in ("nested", "single", "address", "credits") else None) for name in ODD
    ]
    assert not quarantine.rejected
    left_out = [what.partition(" is not as documented") for _, what in quarantine.warnings]
    assert {field for field, odd, _ in left_out if odd} == {
        "track_metadata.additional_info",
        "track_metadata.mbid_mapping",
        "track_metadata.mbid_mapping.artists",
        "track_metadata.track_name",
    }
    assert quarantine.examples[
        "listenbrainz", "track_metadata.mbid_mapping is not as documented, left out"
    ] == ["['x']"]


def test_halves_of_a_listen_in_two_lines_are_two_broken_lines(tmp_path, read, quarantine):
    first, second = LINES[0].split(", ", 1)
    (tmp_path / "a.jsonl").write_text("\n".join([LINES[0], first, second, LINES[1]]), encoding="utf-8")
    assert read(source(tmp_path / "a.jsonl"))["plays"]["name"].to_list() == ["Sade", "Sade"]
    assert [row.line for row in quarantine.rows] == [2, 3]

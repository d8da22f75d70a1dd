import json
import math

import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.json_tables import Json


def table(tmp_path, text, **options):
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    return Json(format="json", path=tmp_path / "t.json", **options)


ROWS = [
    {"artistName": "Can", "endTime": "2023-09-15 14:04", "ms": 1000},
    {"artistName": "Sade", "endTime": "2023-09-15 14:13", "ms": 200000, "more": {"x": None}},
]
COLUMNS = {"columns": {"name": "artistName", "last_played": "endTime"}, "values": {"listener_id": "me"}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        "\n".join(json.dumps(row) for row in ROWS),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
        json.dumps([ROWS[:1], ROWS[1:]]),
        json.dumps({"count": 2, "plays": ROWS}),
        json.dumps({"answer": {"page": 1, "plays": ROWS}}, indent=1),
        json.dumps({"id 1": ROWS[0], "id 2": ROWS[1]}),
    ],
    ids=[
        "array",
        "indented",
        "lines",
        "one after the other",
        "array of arrays",
        "in an object",
        "in two objects",
        "by id",
    ],
)
def test_layouts(text, tmp_path, read, quarantine):
    plays = read(table(tmp_path, text, **COLUMNS))["plays"]
    assert plays.select("listener_id", "name").rows() == [("me", "Can"), ("me", "Sade")]
    assert quarantine.read["t"] == 2
    assert not quarantine.rejected


def test_conditions_see_numbers_and_truths(tmp_path, read):
    rows = [row | {"skipped": row["ms"] < 5000} for row in ROWS]
    for where in ({"ms": {"at_least": 30000}}, {"skipped": False}):
        assert read(table(tmp_path, json.dumps(rows), **COLUMNS, where=where))["plays"]["name"].to_list() == [
            "Sade"
        ]


def test_a_key_with_a_point_may_have_fields_within(tmp_path, read):
    rows = [{"artist.of": {"name": "Can"}, "u": "ann"}]
    plays = read(table(tmp_path, json.dumps(rows), columns={"listener_id": "u", "name": "artist.of.name"}))[
        "plays"
    ]
    assert plays["name"].to_list() == ["Can"]


def test_fields_within_fields(tmp_path, read):
    rows = [{"artist": {"#text": "Can", "mbid": ""}, "date": {"uts": "1600000000"}, "a.b": "ann"}]
    columns = {"name": "artist.#text", "last_played": "date.uts", "listener_id": "a.b"}
    plays = read(table(tmp_path, json.dumps(rows), columns=columns))["plays"]
    assert plays["name"].to_list() == ["Can"]
    assert plays["listener_id"].to_list() == ["ann"]
    assert plays["last_played"].dt.year().to_list() == [2020]


def test_lists_are_several_plays(tmp_path, read):
    rows = [
        {"u": "ann", "artists": [{"name": "Can"}, {"name": "Sade"}]},
        {"u": "bob", "artists": [{"name": "Can"}]},
    ]
    plays = read(table(tmp_path, json.dumps(rows), columns={"listener_id": "u", "name": "artists.name"}))[
        "plays"
    ]
    assert plays.select("listener_id", "name").rows() == [("ann", "Can"), ("ann", "Sade"), ("bob", "Can")]


def test_the_listener_stands_beside_the_rows(tmp_path, read):
    text = json.dumps({"username": "ann", "scrobbles": [{"artist": "Can"}, {"artist": "Sade"}]})
    columns = {"listener_id": "document.username", "name": "artist"}
    assert read(table(tmp_path, text, columns=columns))["plays"]["listener_id"].to_list() == ["ann", "ann"]


def test_a_value_of_another_kind_never_costs_the_row(tmp_path, read, quarantine):
    rows = [
        {"u": "ann", "n": "Can", "t": 1600000000},
        {"u": "bob", "n": "Sade", "t": {"x": 1}},
        {"u": ["c"], "n": "Can"},
    ]
    columns = {"listener_id": "u", "name": "n", "last_played": "t"}
    plays = read(table(tmp_path, json.dumps(rows), columns=columns))["plays"]
    assert plays.select("listener_id", "name").rows() == [("ann", "Can"), ("bob", "Sade")]
    assert quarantine.reasons_of("t") == {"no listener": 1}
    assert quarantine.warnings == {
        ("t", "t is no single value, left out"): 1,
        ("t", "u is no single value, left out"): 1,
    }


def test_a_value_of_another_kind_in_a_list_is_left_out_with_a_warning(tmp_path, read, quarantine):
    times = [1600000000, {"x": 1}, [1600000000]]
    rows = [{"listener_id": "ann", "name": ["Can", "Sade", "Kent"], "last_played": times}]
    plays = read(table(tmp_path, json.dumps(rows)))["plays"]
    assert plays["last_played"].is_null().to_list() == [False, True, True]
    assert quarantine.warnings == {("t", "last_played is no single value, left out"): 2}


def test_what_is_no_object_is_rejected_with_its_number(tmp_path, read, quarantine):
    good = '{"listener_id": "a", "name": "Can"}'
    text = f'[{good}, 3, {{"name": ], "b": 1}}, {good}]'
    plays = read(table(tmp_path, text))["plays"]
    assert plays["name"].to_list() == ["Can", "Can"]
    assert [(row.line, row.reason) for row in quarantine.rows] == [
        (2, "not an object in JSON"),
        (3, "not an object in JSON"),
    ]


def test_a_file_cut_short_keeps_what_is_whole(tmp_path, read, quarantine):
    rows = [{"listener_id": f"u{n}", "name": "Can"} for n in range(5)]
    plays = read(table(tmp_path, json.dumps(rows)[:-10]))["plays"]
    assert plays.height == 4
    assert quarantine.reasons_of("t") == {"not an object in JSON": 1}


def test_lines_that_are_no_objects(tmp_path, read, quarantine):
    text = '{"listener_id": "a", "name": "Can"}\n[1]\nnothing\n{"listener_id": "b", "name": "\\ud83d"}\n'
    plays = read(table(tmp_path, text))["plays"]
    assert plays["name"].to_list() == ["Can", "?"]
    assert [row.line for row in quarantine.rows] == [2, 3]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("[]", "no object in JSON\n"),
        ("[1, 2]", "no object in JSON\n"),
    ],
)
def test_files_without_rows(text, what, tmp_path, read):
    with pytest.raises(DataError, match=what):
        read(table(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    ['{"name": "Björk"}', '[{"name": "Björk"}]', '{"user": "Björk", "plays": [{"name": "Can"}]}'],
)
def test_files_in_another_encoding_say_so(text, tmp_path, read):
    source = table(tmp_path, "")
    source.path.write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match="no object in JSON that is UTF-8 text") as error:
        read(source)
    assert error.value.remedy == "save it as UTF-8"


def test_of_a_file_without_objects_the_encoding_of_another_says_nothing(tmp_path, read):
    (tmp_path / "1.json").write_text('{"name": "Can"}\n{"name": "Björk"}', encoding="latin-1")
    (tmp_path / "2.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match=r"2\.json: it has no object in JSON\n  -> check the file"):
        read(Json(format="json", path=tmp_path, values={"listener_id": "me"}))


def test_columns_that_are_not_there_are_named(tmp_path, read):
    with pytest.raises(DataError, match=r"the file has artistName, endTime, ms, more, more\.x"):
        read(table(tmp_path, json.dumps(ROWS), columns={"listener_id": "user", "name": "artistName"}))


@pytest.mark.parametrize("broken", ['{"listener_id": "a", "na', "[1, 2]", "{", "nothing"])
def test_a_broken_first_line_costs_that_line_alone(broken, tmp_path, read, quarantine):
    text = broken + '\n{"listener_id": "a", "name": "Can"}\n{"listener_id": "b", "name": "Sade"}\n'
    plays = read(table(tmp_path, text))["plays"]
    assert plays["name"].to_list() == ["Can", "Sade"]
    assert set(quarantine.reasons_of("t")) == {"not an object in JSON"}


def test_one_list_among_times_never_costs_the_file(tmp_path, read, quarantine):
    rows = [{"listener_id": "a", "name": "Can", "last_played": value} for value in (1600000000, [], [1])]
    plays = read(table(tmp_path, json.dumps(rows)))["plays"]
    assert plays["last_played"].null_count() == 2
    assert quarantine.warnings == {("t", "last_played is no single value, left out"): 2}


def test_what_a_column_of_the_file_is_called_says_nothing_once_the_recipe_names_it(
    tmp_path, read, quarantine
):
    rows = [{"user": "ann", "plays": ["Can", "Sade"]}, {"user": "bob", "plays": ["Can"]}]
    plays = read(table(tmp_path, json.dumps(rows), columns={"listener_id": "user", "name": "plays"}))["plays"]
    assert plays.select("listener_id", "name").rows() == [("ann", "Can"), ("ann", "Sade"), ("bob", "Can")]
    assert not quarantine.warnings


@pytest.mark.parametrize("columns", [{}, {"listener_id": 1, "name": 2}], ids=["in capitals", "by number"])
def test_columns_are_known_however_they_are_found(columns, tmp_path, read, quarantine):
    rows = [{"Listener_ID": "ann", "NAME": "Can"}, {"Listener_ID": ["c"], "NAME": True}]
    plays = read(table(tmp_path, json.dumps(rows), columns=columns))["plays"]
    assert plays.select("listener_id", "name").rows() == [("ann", "Can")]
    assert quarantine.warnings == {
        ("t", "Listener_ID is no single value, left out"): 1,
        ("t", "NAME is true or false, which is no text, left out"): 1,
    }


def test_lists_of_items_and_their_times(tmp_path, read):
    rows = [{"listener_id": "a", "name": ["Can", "Sade"], "last_played": [1600000000, 1600000001]}]
    plays = read(table(tmp_path, json.dumps(rows)))["plays"]
    assert plays["last_played"].dt.second().to_list() == [40, 41]


def test_true_and_false_are_no_names(tmp_path, read, quarantine):
    rows = [{"u": "ann", "name": name} for name in ("Can", False, ["Sade", True], "false")]
    plays = read(table(tmp_path, json.dumps(rows), columns={"listener_id": "u", "name": "name"}))["plays"]
    assert plays["name"].to_list() == ["Can", "Sade", "false"]
    assert quarantine.reasons_of("t") == {"no item name": 2}
    assert quarantine.warnings == {("t", "name is true or false, which is no text, left out"): 2}


@pytest.mark.parametrize(
    "table_by_columns",
    [
        {"listener_id": ["a", "b"], "name": ["Can", "Sade"]},
        {"listener_id": {"0": "a", "1": "b"}, "name": {"0": "Can", "1": "Sade"}},
    ],
)
def test_a_table_written_column_by_column(table_by_columns, tmp_path, read):
    """As pandas writes it."""
    plays = read(table(tmp_path, json.dumps(table_by_columns)))["plays"]
    assert plays.select("listener_id", "name").rows() == [("a", "Can"), ("b", "Sade")]


def test_lists_of_one_row_are_no_columns(tmp_path, read):
    row = {"listener_id": ["a"], "name": ["Can", "Sade"]}
    columns = {"columns": {"name": "name"}, "values": {"listener_id": "me"}}
    assert read(table(tmp_path, json.dumps(row), **columns))["plays"]["name"].to_list() == ["Can", "Sade"]


def test_lines_may_end_with_a_comma(tmp_path, read, quarantine):
    lines = '{"listener_id": "a", "name": "Can"},\n{"listener_id": "b", "name": "Sade"}\n'
    assert read(table(tmp_path, lines))["plays"]["name"].to_list() == ["Can", "Sade"]
    assert not quarantine.rejected


def test_a_number_that_is_none_is_no_name(tmp_path, read, quarantine):
    """As Python writes a missing value of pandas; "nan" in quotes is a name."""
    pairs = [("ann", math.nan), (math.nan, "Can"), ("ann", ["Can", math.inf]), ("ann", "nan")]
    rows = [{"u": user, "n": name} for user, name in pairs]
    plays = read(table(tmp_path, json.dumps(rows), columns={"listener_id": "u", "name": "n"}))["plays"]
    assert plays.select("listener_id", "name").rows() == [("ann", "Can"), ("ann", "nan")]
    assert quarantine.reasons_of("t") == {"no item name": 2, "no listener": 1}


def test_ids_that_went_through_floats_are_whole(tmp_path, read):
    rows = [{"listener_id": one, "name": "Can"} for one in (7.0, 7, "7", 7.5, 1e300)]
    assert read(table(tmp_path, json.dumps(rows)))["plays"]["listener_id"].to_list() == ["7"] * 3 + [
        "7.5",
        "1e+300",
    ]

from __future__ import annotations

import warnings

import pytest

from tigertail.cli.output import notices, print_notices, print_table
from tigertail.errors import DataError, TigertailWarning

NAME = "Zor\x1b[31mble\x9b\u202e"
SHOWN = r"Zor\x1b[31mble\x9b\u202e"


def test_a_name_in_a_table_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([NAME], [[NAME]], title=NAME, left=[NAME])
    printed = capsys.readouterr().out
    assert printed.count(SHOWN) == 3
    assert "\x1b" not in printed


def test_a_name_in_a_note_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_notices([f"no item is spelled '{NAME}'"])
    assert capsys.readouterr().err == f"Note: no item is spelled '{SHOWN}'\n"


def test_a_name_in_a_table_is_what_it_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name"], [["M:A:X"], ["DJ :on: Air"], ["[bold]"]], left=["name"])
    assert [line.strip() for line in capsys.readouterr().out.splitlines()[2:5]] == [
        "M:A:X",
        "DJ :on: Air",
        "[bold]",
    ]


@pytest.mark.parametrize("columns", [None, "80"], ids=["file", "terminal"])
def test_a_table_that_is_wider_than_its_place_loses_nothing(
    columns: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if columns:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setenv("TERM", "dumb")  # no escapes among what is compared
    intervals = [f".{number:04} [.0312, .0340]" for number in range(9)]
    systems = ["my-recommender-2026-v3", "my-recommender-2026-v4"]
    headings = ["group", "system", *(f"metric {number}" for number in range(9))]
    print_table(headings, [["Wales", system, *intervals] for system in systems], left=headings[:2])
    lines = capsys.readouterr().out.splitlines()
    assert all(heading in lines[0] for heading in headings)
    for line, system in zip(lines[2:4], systems, strict=True):
        assert line.split()[:2] == ["Wales", system]
        assert all(interval in line for interval in intervals)


def test_a_long_text_is_wrapped_and_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "n"], [["word " * 40 + "x" * 200, 7]], left=["name"])
    printed = capsys.readouterr().out
    assert (printed.count("word"), printed.count("x"), printed.count("7")) == (40, 200, 1)
    assert max(map(len, printed.splitlines())) <= 160


def test_what_the_code_warned_of_is_told_though_it_then_failed(capsys: pytest.CaptureFixture[str]) -> None:
    @notices()
    def fails() -> None:
        warnings.warn("few listeners", TigertailWarning, stacklevel=1)
        raise DataError("disk full")

    with pytest.raises(DataError, match="disk full"):
        fails()
    assert capsys.readouterr().err == "Note: few listeners\n"

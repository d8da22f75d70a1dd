from __future__ import annotations

import pytest

from tigertail.cli.output import print_notices, print_table

NAME = "Zor\x1b[31mble\x9b\u202e"
SHOWN = r"Zor\x1b[31mble\x9b\u202e"


def test_a_name_in_a_table_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name"], [[NAME]], title=NAME, left=["name"])
    printed = capsys.readouterr().out
    assert printed.count(SHOWN) == 2
    assert "\x1b" not in printed


def test_a_name_in_a_note_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_notices([f"no item is spelled '{NAME}'"])
    assert capsys.readouterr().err == f"Note: no item is spelled '{SHOWN}'\n"

from __future__ import annotations

import io
import sys

import pytest

from tigertail.progress import progress, track


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def work() -> list[int]:
    with progress("counting sheep", 3) as tick:
        tick()
        tick(2, note="two at once")
    return list(track([1, 2, 3], "counting goats"))


def test_a_pipe_or_a_log_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert work() == [1, 2, 3]
    seen = capsys.readouterr()
    assert (seen.out, seen.err) == ("", "")


def test_a_terminal_sees_what_is_being_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert work() == [1, 2, 3]
    assert "counting sheep" in terminal.getvalue()
    assert "counting goats" in terminal.getvalue()
    assert capsys.readouterr().out == ""

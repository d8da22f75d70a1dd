from __future__ import annotations

import io
import sys
import time
from types import SimpleNamespace

import pytest

from tigertail.progress import Lines, progress, track


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


def test_work_within_work_is_a_line_of_one_display(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress("farm", 2) as tick:
        tick(note="song [live].mp3")
        with progress("sheep") as within:
            within(1_200)
            time.sleep(0.3)  # the display is drawn ten times a second
    last = terminal.getvalue().rpartition("farm")[2]
    assert "song [live].mp3" in last.replace("\x1b", "")
    assert "sheep" in last
    assert "1,200" in last


@pytest.mark.parametrize("terminal", ["dumb", "unknown", None])
def test_a_log_or_a_terminal_that_draws_no_bar_sees_a_line_of_long_work_every_ten_seconds_at_most(
    terminal: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    if terminal is not None:
        monkeypatch.setenv("TERM", terminal)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    # The clock of this module alone: a server's loop in another thread would sleep for a day.
    monkeypatch.setattr("tigertail.progress.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr("tigertail.progress.LINES", Lines())
    with progress("counting sheep", 60) as tick:
        for second in range(1, 31):
            now[0] = second
            tick(2, note="black ones too" if second == 20 else "")
    assert capsys.readouterr().err.splitlines() == [
        "counting sheep: 33% after 10 s",
        "counting sheep: 67% after 20 s black ones too",
        "counting sheep: 100% after 30 s",
    ]

"""The benchmark measures processes that are warm, and asks about soundtracks as a table names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polars as pl
import pytest
from benchmarks import audio
from tests.audio.conftest import Write, tone

MINUTE_COLD = (60.0, 60.0, 300.0)  # seconds of audio, of processor time, MiB
MINUTE_WARM = (60.0, 6.0, 100.0)


@pytest.mark.parametrize("clips", [1, 3, 4, 9])
def test_each_clip_counts_once_after_two_tasks_of_each_process(
    monkeypatch: pytest.MonkeyPatch, clips: int
) -> None:
    analysed: list[Path] = []

    def work(path: Path) -> audio.Described:
        analysed.append(path)
        return MINUTE_COLD if len(analysed) <= 2 * 4 else MINUTE_WARM

    def in_turn(
        work: Callable[[Path], audio.Described], tasks: Iterable[Path], processes: int, *, timeout: float
    ) -> Iterator[tuple[Path, audio.Described]]:
        return ((task, work(task)) for task in tasks)

    monkeypatch.setattr(audio, "map_isolated", in_turn)
    paths = [Path(f"{clip}.ogg") for clip in range(clips)]
    assert audio.speed(work, paths, 4)[1:] == (10.0, 100.0)
    assert analysed[2 * 4 :] == paths


def test_soundtracks_may_have_numbers_and_a_table_further_columns(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [write(f"{place}.wav", tone(200 * (place + 1))).name for place in range(8)]
    numbers = pl.DataFrame({"file": files, "soundtrack": [1, 2] * 4, "source_file": [8, 7, 6, 5, 4, 3, 2, 1]})
    names = numbers.with_columns(
        pl.format(name + " {}", name).alias(name) for name in ("soundtrack", "source_file")
    )
    further = numbers.with_columns(start=pl.Series([0.5, 900.5] * 4))
    printed = []
    for name, table in (("names", names), ("further", further)):
        folder = tmp_path / name
        folder.mkdir()
        table.write_csv(tmp_path / f"{name}.csv")
        audio.precision(tmp_path / f"{name}.csv", folder)
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]

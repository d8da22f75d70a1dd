"""The analysis of many files in parallel, each of them once, into one table of descriptors."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.audio.clips import Clip
from tigertail.audio.config import AnalysisConfig
from tigertail.audio.decode import Unusable, decode
from tigertail.audio.journal import FileRecord, FileVersion, Journal, open_journal
from tigertail.audio.process_pool import TaskFailed, map_isolated
from tigertail.dataset.table_spec import ITEM_REFERENCE
from tigertail.errors import DataError, TigertailError, missing_extra
from tigertail.progress import progress
from tigertail.storage import replaced_file
from tigertail.threads import processors

TIMEOUT: Final = 300.0  # seconds for one file
FileResult = tuple[FileRecord, list[str]]
"""The record of a file for the journal, and the names of its descriptors."""


@dataclass(frozen=True)
class AnalysisSummary:
    """Result of an analysis.

    Parameters
    ----------
    clips
        Clips in the table.
    analysed
        Distinct files analysed in this run, whether they could be used or not.
    reused
        Distinct files whose records are of an earlier run.
    seconds
        Seconds of audio analysed in this run.
    skipped
        Each clip whose file could not be used, in this run or before, and the reason.
    """

    clips: int
    analysed: int
    reused: int
    seconds: float
    skipped: tuple[tuple[str, str], ...]

    @property
    def reasons(self) -> Counter[str]:
        """How many clips were skipped, by reason, without the detail after its colon."""
        return Counter(reason.partition(":")[0] for _, reason in self.skipped)


def analyse(
    clips: Sequence[Clip],
    out: Path,
    config: AnalysisConfig | None = None,
    *,
    processes: int | None = None,
    retry: bool = False,
    timeout: float = TIMEOUT,
) -> AnalysisSummary:
    """Analyse files and write a table of their descriptors.

    Beside the table ``NAME.parquet`` lie ``NAME.journal``, with a record of every processed file, and if files
    had to be skipped ``NAME.skipped.csv`` with the reasons. A file that was analysed with the same settings, and has
    kept its size and modification time, is not touched again. The table is the same for any number of processes.
    ``NAME`` is without what follows its last dot, so that ``a.parquet`` and ``a.pq`` have one journal.

    Each process imports the script that calls this: a script calls it under ``if __name__ == "__main__"``.

    Parameters
    ----------
    clips
        The files; see :func:`tigertail.audio.clips.find_clips`.
    out
        The Parquet file to write: those columns of :data:`~tigertail.dataset.table_spec.ITEM_REFERENCE` that any clip
        has, ``clip_id``, and a column for each descriptor.
    config
        Settings; None means the defaults.
    processes
        Processes of one thread each; None means as many as there are processors that it may use.
    retry
        Whether files that could not be used before are analysed again.
    timeout
        Seconds after which the analysis of a file is abandoned.

    Raises
    ------
    DataError
        If there is no file, or not one can be used, or the table has the name of its journal, or the journal is
        damaged or cannot be written, as where another analysis is writing it or the disk is full.
    TigertailError
        If another file cannot be written, or the libraries that read audio are not installed, or a script lacks
        ``if __name__ == "__main__"``.
    """
    if not clips:
        raise DataError("there is no file to analyse", remedy="give one clip or more")
    if _beside(out, "journal") == out:
        raise DataError(
            "a table needs another name than its journal", path=out, remedy="let it end in .parquet"
        )
    _check_libraries()
    config = config or AnalysisConfig()
    versions = [FileVersion.of(clip.path) for clip in clips]
    with open_journal(_beside(out, "journal"), config.digest) as journal:
        known = journal.known()
        done = {version for version, usable in known.items() if usable or not retry}
        todo = {
            version: clip.path for version, clip in zip(versions, clips, strict=True) if version not in done
        }
        seconds = _analyse_all(journal, todo, config, processes or processors(), timeout)
        records = [journal.record(version) for version in versions]
        names = journal.names
    skipped = []
    used: list[tuple[Clip, FileRecord]] = []
    for clip, record in zip(clips, records, strict=True):
        if record is None or record.vector is None:
            # A file that is listed twice, and changes between its two FileVersion.of, has two versions and one record.
            skipped.append((clip.clip_id, record.reason if record else "not analysed"))
        else:
            used.append((clip, record))
    _write_skipped(_beside(out, "skipped.csv"), skipped)
    if not used:
        raise DataError(
            f"not one of {len(clips):,} files can be used, the first because: {skipped[0][1]}",
            path=out,
            remedy=f"see {_beside(out, 'skipped.csv')}",
        )
    with replaced_file(out) as file:
        _table(used, names).write_parquet(file)
    return AnalysisSummary(len(used), len(todo), len(set(versions)) - len(todo), seconds, tuple(skipped))


def _check_libraries() -> None:
    """Stop here, before every file fails for the same reason."""
    try:
        with missing_extra("audio", "reading audio"):
            import soundfile  # noqa: F401
            import soxr  # noqa: F401
    except OSError as error:  # libsndfile itself is missing
        raise TigertailError(
            f"audio cannot be read ({error})", remedy="install the system's libsndfile"
        ) from error


def analyse_file(path: Path, config: AnalysisConfig) -> FileResult:
    """Analyse one file; return its record for the journal, and the names of its descriptors."""
    from tigertail.audio.descriptors import describe

    try:
        samples = decode(path, config)
        values = describe(samples, config)
    except Unusable as error:
        return FileRecord(0.0, None, str(error)), []
    except MemoryError:
        return FileRecord(0.0, None, "there is not enough memory for it"), []
    return FileRecord(len(samples) / config.sample_rate, np.array([*values.values()], np.float32)), list(
        values
    )


def _analyse_all(
    journal: Journal, todo: dict[FileVersion, Path], config: AnalysisConfig, processes: int, timeout: float
) -> float:
    """Analyse files and write each to the journal as it comes; return the seconds of audio."""
    if not todo:
        return 0.0
    versions = {path: version for version, path in todo.items()}
    seconds = 0.0
    with progress("analysing", len(todo)) as tick:
        analyse_one = partial(analyse_file, config=config)
        for path, (record, names) in _results(analyse_one, todo, min(processes, len(todo)), timeout):
            journal.add(versions[path], record, names)
            seconds += record.seconds
            tick(1, path.name)
    return seconds


def _results(
    analyse_one: partial[FileResult], todo: dict[FileVersion, Path], processes: int, timeout: float
) -> Iterator[tuple[Path, FileResult]]:
    """Yield the result of each file; a file that crashes its worker or takes too long has a record too."""
    for path, result in map_isolated(analyse_one, todo.values(), processes, timeout=timeout):
        yield path, (FileRecord(0.0, None, result.reason), []) if isinstance(result, TaskFailed) else result


def _table(used: list[tuple[Clip, FileRecord]], names: list[str]) -> pl.DataFrame:
    columns = [column for column in ITEM_REFERENCE if any(column in clip.item for clip, _ in used)]
    identity = {column: [clip.item.get(column) for clip, _ in used] for column in columns}
    identity[c.CLIP_ID] = [clip.clip_id for clip, _ in used]
    vectors = np.stack([record.vector for _, record in used if record.vector is not None])
    return pl.DataFrame(identity, schema=dict.fromkeys(identity, pl.String)).hstack(
        [pl.Series(name, vectors[:, column]) for column, name in enumerate(names)]
    )


def _write_skipped(path: Path, skipped: list[tuple[str, str]]) -> None:
    if not skipped:
        path.unlink(missing_ok=True)
        return
    with replaced_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((c.CLIP_ID, "reason"))
        writer.writerows(skipped)


def _beside(out: Path, suffix: str) -> Path:
    return out.with_name(f"{out.stem}.{suffix}")

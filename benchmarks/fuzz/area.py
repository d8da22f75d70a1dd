"""What the areas share: an attempt, what came of it, and how many are made."""

from __future__ import annotations

import json
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import ClassVar, Final

from tigertail.errors import TigertailError

LONGEST: Final = 30  # seconds of an attempt; one that takes longer has failed
_STEERING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)  # of terminals


class FaultError(Exception):
    """Something that must hold does not."""


@dataclass
class Outcome:
    """What came of the inputs of one attempt, or of many.

    Parameters
    ----------
    accepted
        Inputs that were used.
    rejected
        Inputs that were refused, by the reason.
    counts
        What else is counted: rows read, kept, rejected.
    """

    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def inputs(self) -> int:
        """Inputs used and refused."""
        return self.accepted + self.rejected.total()

    def add(self, other: Outcome) -> None:
        """Add what came of other inputs."""
        self.accepted += other.accepted
        self.rejected.update(other.rejected)
        self.counts.update(other.counts)


@dataclass
class Tally(Outcome):
    """What came of a run over one area.

    Parameters
    ----------
    failures
        Attempts that failed.
    seconds
        How long it took, without what is made once.
    slowest
        Seconds of the slowest attempt.
    megabytes
        Most memory that its process had, in MiB.
    """

    failures: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    megabytes: int = 0

    @property
    def inputs(self) -> int:
        """Inputs used and refused, and attempts that failed."""
        return super().inputs + self.failures


class Area(ABC):
    """One kind of input.

    Parameters
    ----------
    folder
        A folder for what is made once.
    """

    name: ClassVar[str]
    share: ClassVar[float]  # of all inputs

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def attempt(self, random: Random, folder: Path) -> Outcome:
        """Make an input, use it, and check what must hold.

        Parameters
        ----------
        random
            Where the input comes from.
        folder
            An empty folder, kept if the attempt fails.

        Raises
        ------
        FaultError
            If it does not hold.
        """


def run(
    area: type[Area],
    seed: int,
    inputs: int,
    seconds: float,
    keep: Path | None = None,
    only: int | None = None,
) -> Tally:
    """Make attempts until there were enough inputs, or the time is over.

    Parameters
    ----------
    area
        The area.
    seed, inputs, seconds
        The seed, and how much is tried.
    keep
        Folder for what fails.
    only
        The number of the one attempt to make; None makes them from 1 on.
    """
    tally = Tally()
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as scratch:
        one, folder = area(Path(made)), Path(scratch)
        begin = time.monotonic()
        number = 1 if only is None else only
        while tally.inputs < inputs and time.monotonic() - begin < seconds:
            started = time.monotonic()
            try:
                with _limited(LONGEST):
                    tally.add(one.attempt(Random(f"{seed} {area.name} {number}"), folder))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a panic of Polars is no Exception
                tally.failures += 1
                _report(area.name, seed, number, error, folder, keep)
            tally.slowest = max(tally.slowest, time.monotonic() - started)
            _empty(folder)
            number += 1
            if only is not None:
                break
        tally.seconds = time.monotonic() - begin
    tally.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return tally


def check_error(error: TigertailError) -> str:
    """Check that an error can be shown, and return its kind."""
    if not error.problem.strip():
        raise FaultError(f"{type(error).__name__} does not say what is wrong")
    check_printable(str(error))
    return type(error).__name__


def check_printable(text: str) -> None:
    """Check that a text sends nothing to a terminal that steers it."""
    if found := _STEERING.search(text):
        raise FaultError(f"{found[0]!a} is sent in {text!a}")


def _report(area: str, seed: int, number: int, error: BaseException, folder: Path, keep: Path | None) -> None:
    what = (
        str(error) if isinstance(error, FaultError) else "".join(traceback.format_exception(error, limit=-4))
    )
    again = f"python -m benchmarks.fuzz --area {area} --seed {seed} --only {number}"
    print(f"{area} {number}: {what.strip()}\n  again: {again}", file=sys.stderr, flush=True)
    if keep is not None:
        shutil.copytree(folder, keep / area / str(number), dirs_exist_ok=True)
        failure = {"what": what, "again": again}
        (keep / area / str(number) / "failure.json").write_text(json.dumps(failure, indent=1), "utf-8")


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    def over(signum: int, frame: FrameType | None) -> None:
        raise FaultError(f"not done within {seconds} s at {traceback.extract_stack(frame, limit=1)[0]}")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

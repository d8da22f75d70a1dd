"""Tasks are Python expressions, the work is to evaluate them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from tests.support import poll

from tigertail.audio.process_pool import TaskFailed, map_isolated
from tigertail.errors import TigertailError

CRASH = "__import__('os').kill(__import__('os').getpid(), 11)"
HANG = "__import__('time').sleep(600)"


def test_a_bad_task_is_lost_alone() -> None:
    tasks = ["1 + 1", CRASH, "2 + 2", "1 / 0", HANG, "3 + 3", "__import__('os')._exit(3)", "4 + 4"]
    found = dict(map_isolated(eval, tasks, 2, timeout=6))
    assert found == {
        "1 + 1": 2,
        "2 + 2": 4,
        "3 + 3": 6,
        "4 + 4": 8,
        CRASH: TaskFailed("its analysis was killed by SIGSEGV"),
        "1 / 0": TaskFailed("its analysis failed: ZeroDivisionError('division by zero')"),
        HANG: TaskFailed("its analysis took longer than 6 s"),
        "__import__('os')._exit(3)": TaskFailed("its analysis ended with code 3"),
    }


def test_there_may_be_fewer_tasks_than_workers_or_none() -> None:
    assert list(map_isolated(eval, ["1"], 3, timeout=60)) == [("1", 1)]
    assert list(map_isolated(eval, [], 3, timeout=60)) == []


def test_a_result_counts_however_late_it_is_taken() -> None:
    results = map_isolated(eval, ["1", "__import__('time').sleep(1) or 2"], 2, timeout=6)
    first = next(results)
    time.sleep(7)  # longer than the other task may take
    assert sorted(result for _, result in (first, *results)) == [1, 2]


class Fatal:
    """Work that ends a process on its way there."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)

    def __call__(self, task: str) -> str:
        return task


def test_no_task_is_blamed_for_a_process_that_never_took_one() -> None:
    with pytest.raises(TigertailError, match="before its first task") as caught:
        list(map_isolated(Fatal(), ["1"], 1, timeout=60))
    assert "__main__" in caught.value.remedy


class Interrupted:
    """Work during whose way to a process Ctrl-C is pressed."""

    def __reduce__(self) -> tuple[object, ...]:
        return eval, ("__import__('signal').raise_signal(2) or eval",)

    def __call__(self, task: str) -> str:
        return task


def test_ctrl_c_is_for_the_owner_from_the_first_moment_of_a_process() -> None:
    assert list(map_isolated(Interrupted(), ["1"], 1, timeout=60)) == [("1", 1)]


OWNER = f"""
from tigertail.audio.process_pool import map_isolated
if __name__ == "__main__":
    for _, result in map_isolated(eval, ["1", "__import__('time').sleep(1)"], 1, timeout=60):
        print(result, flush=True)
    {HANG}
"""


def gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_workers_end_when_their_owner_is_killed() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    assert owner.stdout is not None
    with owner.stdout:
        assert owner.stdout.readline() == "1\n"
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    poll(lambda: gone(owner.pid), "no process of its group is left")

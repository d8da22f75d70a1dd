from __future__ import annotations

import os

import numba
import pytest
from threadpoolctl import threadpool_info

from tigertail.threads import LITTLE, limited, processors, threads_for

ALL = numba.get_num_threads()


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (None, ALL), (10**6, ALL)])
def test_our_loops_get_the_threads_and_the_blas_inside_them_one(asked: int | None, given: int) -> None:
    before = numba.get_num_threads()
    with limited(asked):
        assert numba.get_num_threads() == given
        libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
        assert {library["num_threads"] for library in libraries} == {1}
        assert any("scipy" in library["filepath"] for library in libraries), "the one that Numba calls"
    assert numba.get_num_threads() == before


@pytest.mark.parametrize("asked", [None, 10**6])
def test_a_limit_within_another_gives_no_thread_back(asked: int | None) -> None:
    with limited(1), limited(asked):
        assert numba.get_num_threads() == 1


@pytest.mark.parametrize(("work", "given"), [(0, 1), (LITTLE - 1, 1), (LITTLE, ALL)])
def test_little_work_wakes_no_other_thread(work: int, given: int) -> None:
    with threads_for(work):
        assert numba.get_num_threads() == given
    assert numba.get_num_threads() == ALL
    with limited(1), threads_for(10 * LITTLE):
        assert numba.get_num_threads() == 1, "never more than there are"


@pytest.mark.parametrize("told", [True, False])
def test_of_a_machine_s_processors_those_count_that_the_process_may_use(
    told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    if told:
        monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5}, raising=False)
    else:
        monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert processors() == (2 if told else 64)

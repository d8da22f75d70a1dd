"""Workers that end are replaced, each place by one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from tests.support import poll

from tigertail.service.server import workers
from tigertail.service.server.run import bound
from tigertail.service.server.uvicorn_internals import Config
from tigertail.service.server.workers import Supervisor


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    handlers = {one: signal.getsignal(one) for one in signal.valid_signals()}
    with bound("127.0.0.1", 0) as listening:
        # Nothing is asked of it, so what takes least to import will do.
        config = Config("builtins:print", interface="asgi3", lifespan="off", log_config=None)
        made = Supervisor(config, [listening])
        made.init_processes()
        yield made
        made.terminate_all()
        made.join_all()
    for one, handler in handlers.items():
        if signal.getsignal(one) is not handler:
            signal.signal(one, handler)


def test_a_place_that_a_restart_filled_is_not_filled_once_more(supervisor: Supervisor) -> None:
    for _ in range(2):  # the second in a row leaves the place empty for a while
        ended = supervisor.processes[0]
        poll(lambda ended=ended: ended.is_ready(1), "it has started")
        ended.process.kill()
        ended.process.join()
        supervisor.keep_subprocess_alive()
    assert supervisor.processes == [ended], "nothing is in its place yet"
    supervisor.handle_hup()
    (filled,) = supervisor.processes
    poll(lambda: filled.is_ready(1), "it has started")
    supervisor._places[0].fill_at = 0.0  # the pause is over
    supervisor.keep_subprocess_alive()
    assert supervisor.processes == [filled]


def test_a_worker_that_a_restart_brought_is_as_old_as_the_restart(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(workers, "time", SimpleNamespace(monotonic=lambda: now[0]))
    supervisor.keep_subprocess_alive()
    now[0] += workers.SHORT_LIFE + 1
    supervisor.handle_hup()
    for _ in range(2):  # the second short life in a row leaves the place empty for a while
        ended = supervisor.processes[0]
        ended.process.kill()
        ended.process.join()
        supervisor.keep_subprocess_alive()
    assert supervisor.processes == [ended]


def test_a_worker_that_ended_with_the_signal_that_ends_all_is_not_replaced(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    (ended,) = supervisor.processes
    ended.process.kill()
    ended.process.join()
    supervisor.signal_queue.append(signal.SIGTERM)  # it came while the worker was looked after
    supervisor.keep_subprocess_alive()
    assert supervisor.processes == [ended]
    supervisor.handle_signals()
    assert supervisor.should_exit.is_set()
    supervisor.keep_subprocess_alive()
    assert supervisor.processes == [ended]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]

"""Killed in the middle of writing: what was acknowledged is there, and nothing is there twice."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tigertail.feedback import FeedbackStore

THREADS = 4


class Clients:
    """Threads that deliver events until told to stop, and remember what was acknowledged."""

    def __init__(self, url: str, name: str, *, again: bool) -> None:
        self.sent: list[list[dict[str, Any]]] = []
        self.acknowledged: list[str] = []
        self.statuses: Counter[int] = Counter()
        self._url, self._again = url, again
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._deliver, args=(f"{name}-{number}",)) for number in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)

    def _deliver(self, name: str) -> None:
        number = 0
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._stopped.is_set():
                batch = [event(f"{name}-{number}-{place}", place) for place in range(1, 6)]
                self.sent.append(batch)
                while not self._sent(client, batch):
                    if not self._again or self._stopped.is_set():
                        return
                number += 1
                self._stopped.wait(0.02)  # or all of it would have to be sent again in the end

    def _sent(self, client: httpx.Client, batch: list[dict[str, Any]]) -> bool:
        try:
            answer = client.post("/v1/feedback", json={"events": batch})
        except httpx.TransportError:
            return False
        self.statuses[answer.status_code] += 1
        if answer.status_code == 200:
            self.acknowledged += [one["event_id"] for one in batch]
        return answer.status_code == 200


def event(event_id: str, rank: int) -> dict[str, Any]:
    shown = {"query": "star", "item": "p1", "model": "m", "list_id": event_id, "listener": "u"}
    return {"event_id": event_id, "kind": "play", "rank": rank} | shown


@pytest.fixture
def clients() -> Iterator[Callable[..., Clients]]:
    started: list[Clients] = []

    def start(*given: Any, **more: Any) -> Clients:
        started.append(Clients(*given, **more))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "feedback.sqlite")
    return str(request.getfixturevalue("server").new_database())


def stored(store: str) -> Counter[str]:
    with FeedbackStore.open(store) as opened:
        return Counter(opened.read()["event_id"].to_list())


def check_and_send_again(service, store: str, clients: Clients) -> None:
    there = stored(store)
    assert set(clients.acknowledged) <= there.keys(), "what was acknowledged is there"
    assert set(there.values()) <= {1}, "and once"
    with httpx.Client(base_url=service.url, timeout=60) as client:
        for batch in clients.sent:
            answer = client.post("/v1/feedback", json={"events": batch})
            assert answer.status_code == 200
            known = sum(one["event_id"] in there for one in batch)
            assert known in (0, len(batch)), "a delivery is stored whole or not at all"
            assert answer.json() == {"accepted": len(batch) - known, "duplicates": known}
    there = stored(store)
    assert there == Counter(one["event_id"] for batch in clients.sent for one in batch)


ROUNDS = [1, pytest.param(5, marks=pytest.mark.slow)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_all_killed_at_once(
    run, original: Path, store: str, rounds: int, clients, wait_until, tmp_path: Path
) -> None:
    service = run(original, "--feedback", store, log=tmp_path / "0").ready()
    for number in range(rounds):
        writing = clients(service.url, f"round-{number}", again=False)
        wait_until(lambda writing=writing: len(writing.acknowledged) >= 40, "events are acknowledged")
        service.kill()
        writing.stop()
        service = run(original, "--feedback", store, log=tmp_path / str(number + 1)).ready()
        assert writing.acknowledged
        if number == 0:
            check_and_send_again(service, store, writing)
        else:
            there = stored(store)
            assert set(writing.acknowledged) <= there.keys()
            assert set(there.values()) == {1}
    service.kill()


def test_one_worker_killed(run, original: Path, tmp_path: Path, clients, wait_until) -> None:
    store = str(tmp_path / "feedback.sqlite")
    service = run(original, "--feedback", store).ready()
    writing = clients(service.url, "a", again=True)
    wait_until(lambda: len(writing.acknowledged) >= 20, "events are acknowledged")
    os.kill(service.workers()[0], signal.SIGKILL)
    service.ready(workers=3)  # another took its place
    known = len(writing.acknowledged)
    wait_until(lambda: len(writing.acknowledged) >= known + 20, "events are acknowledged again")
    writing.stop()
    assert set(writing.statuses) == {200}, "the others never noticed"
    assert len(service.workers()) == 2
    counted = counts(service.url, "tigertail_feedback_events_total")
    accepted = sum(value for name, value in counted.items() if "accepted" in name)
    assert accepted <= len(stored(store)), "nothing is counted that is not there"
    assert sum(counted.values()) >= len(writing.acknowledged), "what the dead ones counted is still counted"
    check_and_send_again(service, store, writing)
    assert service.stop() == 0


def counts(url: str, name: str) -> dict[str, float]:
    """Return the values of a metric, by its line."""
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name)}


def test_workers_end_when_their_supervisor_is_killed(run, original: Path) -> None:
    service = run(original).ready()
    os.kill(service.process.pid, signal.SIGKILL)
    assert service.gone()
    with pytest.raises(httpx.ConnectError):
        httpx.get(service.url)

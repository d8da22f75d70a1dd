"""Models replaced, half copied, damaged and rolled back under clients who go on asking."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tigertail.model import Model, load, roll_back, save

CLIENTS = 4
QUESTIONS = [f"/v1/similar?item={item}&signal=factors&n={n}" for item in ("star", "p1", "b1") for n in (3, 7)]
BATCH = {"requests": [{"items": [item], "n": 5, "signal": "factors"} for item in ("star", "p1")]}


class Asking:
    """Clients who ask until told to stop, and what they were answered."""

    def __init__(self, url: str) -> None:
        self.lists: set[tuple[str, str, str, tuple[tuple[str, float], ...]]] = set()
        self.versions: Counter[str] = Counter()
        self.failed: list[str] = []
        self._url = url
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._stopped.is_set():
                number += 1
                try:
                    self._take(client, number)
                except (httpx.HTTPError, AssertionError) as error:
                    self.failed.append(repr(error))

    def _take(self, client: httpx.Client, number: int) -> None:
        question = QUESTIONS[number % len(QUESTIONS)]
        answer = client.get(question)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert answer.headers["etag"].startswith(f'"{said["model"]}.')
        assert {one["model"] for one in said["items"]} == {said["model"]}
        self.note(said["model"], question, said)
        several = client.post("/v1/similar:batch", json=BATCH)
        assert several.status_code == 200, several.text
        said = several.json()
        for asked, one in zip(BATCH["requests"], said["answers"], strict=True):
            assert one["model"] == said["model"]
            self.note(said["model"], f"{asked['items'][0]} 5", one)

    def note(self, version: str, question: str, said: dict[str, Any]) -> None:
        self.versions[version] += 1
        listed = tuple((one["id"], one["affinity"]) for one in said["items"])
        self.lists.add((version, question, said["model"], listed))

    def check(self, models: dict[str, Model]) -> None:
        """See that every list is that of the version it names."""
        assert self.failed == []
        assert self.versions.keys() <= models.keys()
        for version, question, _, listed in self.lists:
            item, n = asked(question)
            right = models[version].similar(item, n, signal="factors")
            assert [one for one, _ in listed] == right["item_id"].to_list(), (version, question)
            values = [value for _, value in listed]
            assert np.allclose(values, right["score"].to_list(), rtol=1e-5), (version, question)


def asked(question: str) -> tuple[str, int]:
    if question.startswith("/"):
        return question.split("item=")[1].split("&")[0], int(question.split("n=")[-1])
    item, n = question.split()
    return item, int(n)


@pytest.fixture
def asking() -> Iterator[Callable[[str], Asking]]:
    started: list[Asking] = []

    def start(url: str) -> Asking:
        started.append(Asking(url))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def deployed(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that this module's tests replace."""
    return Path(shutil.copytree(original, tmp_path_factory.mktemp("deployed") / "model"))


@pytest.fixture(scope="module")
def service(run, deployed: Path):
    return run(deployed, TIGERTAIL_CACHE="0").ready()


def in_place(service) -> Callable[[str], bool]:
    """Ask until every worker answers from a version: connections fall to one or the other."""

    def said(version: str) -> bool:
        found = [httpx.get(f"{service.url}/health/ready").json()["models"]["current"] for _ in range(8)]
        return set(found) == {version}

    return said


def copy_over(new: Path, old: Path, wait: Callable[[], object] = lambda: None) -> None:
    """Copy as `cp -r NEW/. OLD` does, into the files that are there, the manifest first."""
    files = sorted((one for one in new.rglob("*") if one.is_file()), key=lambda one: len(one.parts))
    for file in files:
        place = old / file.relative_to(new)
        place.parent.mkdir(parents=True, exist_ok=True)
        content = file.read_bytes()
        with place.open("wb") as half:
            half.write(content[: len(content) // 2])
            half.flush()
            wait()
            half.write(content[len(content) // 2 :])


def test_a_model_copied_over_file_by_file(
    service, original: Path, deployed: Path, other: Model, asking, wait_until, tmp_path: Path
) -> None:
    before, now = load(original), tmp_path / "new"
    save(other, now)
    new = load(now)
    clients = asking(service.url)
    said = in_place(service)

    def a_while() -> None:
        known = sum(clients.versions.values())
        wait_until(lambda: sum(clients.versions.values()) > known + 20 or clients.failed, "questions go on")

    copy_over(now, deployed, a_while)
    wait_until(lambda: said(new.version), "the new model is in place")
    clients.stop()
    clients.check({before.version: before, new.version: new})
    assert len(service.workers()) == 2
    assert service.text().count("worker ready") == 2, "no worker fell over a file cut short"


def test_deployed_and_rolled_back(
    service, deployed: Path, local_model: Model, other: Model, asking, wait_until
) -> None:
    clients, said = asking(service.url), in_place(service)
    models = {load(deployed).version: other}
    for model in (local_model, other):
        save(model, deployed)
        new = load(deployed).version
        models[new] = model
        wait_until(lambda new=new: said(new), "the new model is in place")
        back = roll_back(deployed)
        wait_until(lambda back=back: said(back), "the old model is back")
        assert back in models
        wait_until(lambda back=back: clients.versions[back] > 10 or clients.failed, "it answers")
    clients.stop()
    clients.check(models)
    assert len(clients.versions) >= 2


def test_a_damaged_model_is_refused_and_told(service, deployed: Path, asking, wait_until) -> None:
    manifest = (deployed / "manifest.json").read_bytes()
    present = load(deployed)
    clients = asking(service.url)
    for broken in (
        b"{",
        b"[]",
        manifest[:-40],
        manifest.replace(b'"generation": "', b'"generation": "../../'),
    ):
        (deployed / "manifest.json").write_bytes(broken)

        def told() -> bool:
            return all(httpx.get(f"{service.url}/health/ready").json()["refused"] for _ in range(8))

        wait_until(told, "it is refused")
        (deployed / "manifest.json").write_bytes(manifest)

        def well() -> bool:
            return not any(httpx.get(f"{service.url}/health/ready").json()["refused"] for _ in range(8))

        wait_until(well, "all is well again")
    clients.stop()
    clients.check({present.version: present})
    metrics = httpx.get(f"{service.url}/metrics").text
    assert 'tigertail_model_reloads_total{outcome="refused",role="current"}' in metrics
    assert "Traceback" not in service.text()
    assert httpx.get(f"{service.url}/health/ready").text.count(str(deployed)) == 0


def test_a_worker_replaced_while_the_model_is_half_copied(service, deployed: Path, wait_until) -> None:
    manifest = (deployed / "manifest.json").read_bytes()
    before = httpx.get(f"{service.url}/health/ready").json()["models"]["current"]
    (deployed / "manifest.json").write_bytes(b"{")
    known = service.text().count("Application startup complete")
    for worker in service.workers():
        os.kill(worker, signal.SIGKILL)
    wait_until(
        lambda: service.text().count("Application startup complete") == known + 2, "new workers answer"
    )
    health = httpx.get(f"{service.url}/health/ready").json()
    assert health["models"]["current"] == before
    assert health["refused"]
    (deployed / "manifest.json").write_bytes(manifest)
    wait_until(lambda: in_place(service)(before), "the model is in place again")
    assert service.stop() == 0
    assert service.gone()

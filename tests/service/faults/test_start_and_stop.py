"""Started where it cannot be, and stopped while it is asked: a clear word, no loop, nothing lost, nothing left."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.support import poll

from tigertail.service.server.runtime_dir import PREFIX

HEAD = (
    b"POST /v1/similar:batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n"
)
BODY = json.dumps({"requests": [{"items": ["star"], "n": 3}]}).encode()


def test_questions_under_way_are_answered(run, original: Path, tmp_path: Path) -> None:
    service = run(original, TMPDIR=str(tmp_path)).ready()
    lines = [service.connect() for _ in range(12)]
    for line in lines:
        line.sendall(HEAD % len(BODY))
    for line in lines:
        assert line.recv(100).startswith(b"HTTP/1.1 100 "), "its question is under way"
    idle = service.connect()
    assert len(list(tmp_path.glob(f"{PREFIX}*"))) == 1
    ended: list[int] = []
    stopping = threading.Thread(target=lambda: ended.append(service.stop()))
    stopping.start()
    assert idle.recv(100) == b"", "who asks nothing is let go"
    for line in lines:
        line.sendall(BODY)
    for line in lines:
        answer = b""
        while piece := line.recv(2**16):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 200 "), answer[:200]
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["answers"][0]["items"]
        line.close()
    stopping.join()
    assert ended == [0]
    assert service.gone()
    assert list(tmp_path.glob(f"{PREFIX}*")) == [], "its folder is gone"
    with pytest.raises(httpx.ConnectError):
        httpx.get(service.url)


def test_one_worker_ends_well_too(run, original: Path) -> None:
    service = run(original, workers=1, TIGERTAIL_RETENTION="30").ready()
    os.killpg(service.process.pid, signal.SIGINT)  # as a terminal does it
    assert service.process.wait(60) == 0
    assert service.gone()
    said = [json.loads(line) for line in service.text().splitlines()]  # every line is one of JSON
    assert any(line["message"].startswith(f"Serving {original} at {service.url}.") for line in said)
    (warned,) = [line for line in said if line["level"] != "info"]
    assert warned["message"] == "variables of the environment that are no settings"
    assert "TIGERTAIL_RETENTION" in warned["variables"]


def test_all_are_ended_while_workers_start(run, original: Path) -> None:
    service = run(original)
    poll(lambda: len(service.workers()) == 2, "its workers start")
    os.killpg(service.process.pid, signal.SIGTERM)  # as systemd does it
    assert service.process.wait(60) == 0
    assert service.gone()
    assert '"error"' not in service.text()
    assert "Traceback" not in service.text()


def test_a_question_that_never_ends_holds_up_no_stop(run, original: Path) -> None:
    service = run(original, TIGERTAIL_SHUTDOWN_TIMEOUT="1").ready()
    with service.connect() as line:
        line.sendall(HEAD % len(BODY))
        assert line.recv(100).startswith(b"HTTP/1.1 100 ")
        assert service.stop() == 0
    assert service.gone()


def half_copied(model: Path) -> Path:
    next(iter(sorted(model.rglob("*.npy")))).unlink()
    return model


def cut_short(model: Path) -> Path:
    file = next(iter(sorted(model.rglob("*.npy"))))
    file.write_bytes(file.read_bytes()[:-3])
    return model


def no_manifest(model: Path) -> Path:
    (model / "manifest.json").write_text("{")
    return model


def missing(model: Path) -> Path:
    return model.with_name("nowhere")


@pytest.mark.parametrize(
    "made", [half_copied, cut_short, no_manifest, missing], ids=lambda made: made.__name__
)
def test_a_model_that_is_none(refused, folder: Path, made: Callable[[Path], Path]) -> None:
    assert "tigertail fit" in refused(made(folder))


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"TIGERTAIL_LIMITS__RATE": "fast"}, "TIGERTAIL_LIMITS__RATE: "),
        ({"TIGERTAIL_WORKERS": "0"}, "TIGERTAIL_WORKERS: "),
        ({"TIGERTAIL_HOST": "0.0.0.0"}, "no key is set"),
        ({"TIGERTAIL_HOST": "no-such-host.invalid", "TIGERTAIL_ALLOW_ANONYMOUS": "1"}, "cannot listen at"),
        ({"TIGERTAIL_HOST": "192.0.2.1", "TIGERTAIL_ALLOW_ANONYMOUS": "1"}, "cannot listen at"),
        ({"TIGERTAIL_FEEDBACK__STORE": "/proc/nowhere/feedback.sqlite"}, "cannot be opened"),
        ({"TIGERTAIL_FEEDBACK__STORE": "postgresql://u:p@127.0.0.1:1/base"}, "cannot be reached"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_settings_that_will_not_do(refused, original: Path, environment: dict[str, str], words: str) -> None:
    assert words in refused(original, **environment)


def test_a_port_that_is_taken(run, original: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        service = run(original, "--port", str(there.getsockname()[1]))
        assert service.process.wait(60) == 1
    said = service.text()
    assert len(said.strip().splitlines()) == 2, said
    assert "cannot listen at 127.0.0.1" in said
    assert "--port" in said
    assert service.gone()


def test_workers_that_cannot_start_end_the_service(run, original: Path, tmp_path: Path) -> None:
    # Nothing was wrong when it was looked at first; then the workers find no space for their copies.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if any('spawn_main' in one for one in sys.orig_argv):\n"
        "    from tigertail.model.store import checksums\n"
        "    def copy_files(*_):\n"
        "        raise OSError(28, 'No space left on device')\n"
        "    checksums.copy_files = copy_files\n"
    )
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    service = run(original, PYTHONPATH=path)
    assert service.process.wait(60) == 1
    said = service.text()
    assert "cannot be copied (No space left on device)" in said
    assert "Traceback" not in said
    assert said.rstrip().splitlines()[-2:] == [
        "tigertail: no worker could start",
        "  -> the log above says why",
    ]
    assert said.count("the worker cannot start") <= 2, "they are not started again and again"
    assert service.gone()

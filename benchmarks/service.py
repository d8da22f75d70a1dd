"""How fast the service answers, and whether a deployment under load is noticed.

    python benchmarks/service.py MODEL [--clients 32] [--seconds 60] [--workers 2] [--rounds 3]
        [--before SOURCES --before-model MODEL] [--turns-only]

Loads by a closed loop of clients on this machine, which share its cores with the service. First, in rounds that take
turns, so that a busy moment falls on all: every request new (no answer is remembered), the same with the reasons, and
the peer, a bare FastAPI app that answers from implicit's ``similar_items`` on the same factors; with --before also an
earlier release, its sources (a folder ``src``) and a model that it fitted. Then few requests sent over and over
(answers come from memory), and a mix of both during which a new model is deployed and rolled back. Every answer of the
last is compared, byte for byte, with what the version it names answers: one that mixes two versions would be found.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from tigertail.mixing import Mixture
from tigertail.model import Model, load, save
from tigertail.service.api.similar import compute_answer
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.serving.served_model import ServedModel

N = 20
HOT = 200
TIGERTAIL = str(Path(sys.executable).with_name("tigertail"))


@dataclass
class Seen:
    """What the clients saw."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    def add(self, other: Seen) -> None:
        """Add what was seen in another round."""
        self.seconds += other.seconds
        self.failed += other.failed

    def line(self, name: str, took: float) -> str:
        """Return the row of the table."""
        ordered = np.sort(self.seconds) * 1000
        p50, p99 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
        rate = len(ordered) / took
        return f"{name:<34} {rate:>9,.0f} {p50:>9.1f} {p99:>9.1f} {ordered[-1]:>9.1f} {len(self.failed):>7}"


HEADER = f"{'load':<34} {'a second':>9} {'p50 ms':>9} {'p99 ms':>9} {'most ms':>9} {'failed':>7}"


class Client:
    """One connection that is kept, as a player's would be."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer."""
        for attempt in (1, 2):  # the server may close a connection between two requests
            fresh = self._streams is None
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                await writer.drain()
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            except (OSError, asyncio.IncompleteReadError):
                self._streams = None
                writer.close()
                if fresh or attempt == 2:
                    raise
                continue
            # A server that sends its answer in two packets may wait 40 ms until the first is acknowledged.
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers["content-length"]))
            return int(head[0].split()[1]), headers, body
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()


async def load_with(
    port: int,
    clients: int,
    seconds: float,
    paths: Callable[[random.Random], str],
    right: Callable[[str, dict[str, str], bytes], str | None] | None = None,
    meanwhile: Callable[[], Any] | None = None,
) -> tuple[Seen, float]:
    """Let clients ask, each as soon as it was answered."""
    seen = Seen()
    began = time.perf_counter()

    async def one(number: int) -> None:
        chance, client = random.Random(number), Client(port)
        while time.perf_counter() - began < seconds:
            path = paths(chance)
            asked = time.perf_counter()
            try:
                status, headers, body = await client.get(path)
            except (OSError, asyncio.IncompleteReadError) as error:
                seen.failed.append(repr(error))
                continue
            seen.seconds.append(time.perf_counter() - asked)
            wrong = f"status {status}" if status != 200 else right and right(path, headers, body)
            if wrong:
                seen.failed.append(f"{path}: {wrong}")
            version = headers.get("x-tigertail-model", "")
            seen.versions[version] = seen.versions.get(version, 0) + 1
        client.close()

    tasks = [asyncio.create_task(one(number)) for number in range(clients)]
    side = asyncio.create_task(asyncio.to_thread(meanwhile)) if meanwhile else None
    await asyncio.gather(*tasks)
    took = time.perf_counter() - began
    if side is not None:
        await side
    return seen, took


@contextmanager
def served(command: list[str], port: int, ready: str, **environment: str) -> Iterator[int]:
    """Start a service, and stop it as an operator would."""
    process = subprocess.Popen(
        command, env=os.environ | environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(1200):  # two minutes: kernels may have to be compiled first
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit("the service did not start")
        time.sleep(5)  # until every worker is ready
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def megabytes(group: int) -> float:
    """Return the memory of a process group in MB, shared pages counted once (PSS)."""
    total = 0
    for found in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(found.name)) != group:
                continue
            for line in (found / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except (OSError, ValueError):
            continue
    return total / 1000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_path(ids: list[str], why: bool, chance: random.Random) -> str:
    return path_of(chance.choice(ids), why)


def path_of(item: str, why: bool = False) -> str:
    return f"/v1/similar?item={urllib.parse.quote(item)}&n={N}" + "&why=true" * why


def adventurous(model: Model) -> Model:
    """Return a model that answers otherwise."""
    mixture = model.signals["mixture"]
    assert isinstance(mixture, Mixture)
    return replace(model, signals={**model.signals, "mixture": mixture.with_beta(0.2)})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--rounds", type=int, default=3, help="turns of each load that is compared with the peer"
    )
    parser.add_argument("--before", type=Path, help="sources of an earlier release")
    parser.add_argument("--before-model", type=Path, help="a model that the earlier release fitted")
    parser.add_argument("--turns-only", action="store_true", help="leave out the other loads")
    parser.add_argument(
        "--swaps", type=int, default=8, help="further models put in place, to see what stays in memory"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        shutil.copytree(given.model, folder)
        run(folder, given)


def run(folder: Path, given: argparse.Namespace) -> None:
    model = load(folder)
    ids = model.items["item_id"].to_list()
    chance = random.Random(0)
    hot = [path_of(item) for item in chance.sample(ids, HOT)]
    print(f"{len(ids):,} items, {given.clients} clients, {given.workers} workers, {os.cpu_count()} cores")
    print(HEADER)
    rate = turns(folder, given, ids)
    if given.turns_only:
        return
    port = free_port()
    with served(serve(folder, port, given), port, "/health/ready") as group:
        seen, took = asyncio.run(load_with(port, given.clients, given.seconds, lambda one: one.choice(hot)))
        print(seen.line(f"{HOT} requests over and over", took))
        print(f"  {len(seen.seconds) / took / rate:.1f} x new requests")
        deploy(folder, port, group, hot, ids, given)
        swap(folder, port, group, hot, given.swaps)


def serve(folder: Path, port: int, given: argparse.Namespace) -> list[str]:
    """Return the command that serves a model."""
    command = [TIGERTAIL, "serve", str(folder), "--port", str(port)]
    return [*command, "--workers", str(given.workers), "--feedback", "none"]


def turns(folder: Path, given: argparse.Namespace, ids: list[str]) -> float:
    """Ask for new answers, of each service in turn; return how many Tigertail gives in a second."""
    ours, before, peer = free_port(), free_port(), free_port()
    asked = {"new requests": (ours, False), "new requests, with reasons": (ours, True)}
    with ExitStack() as stack:
        group = stack.enter_context(
            served(serve(folder, ours, given), ours, "/health/ready", TIGERTAIL_CACHE="0")
        )
        if given.before is not None:
            command, sources = serve(given.before_model, before, given), str(given.before.resolve())
            stack.enter_context(
                served(command, before, "/health/ready", TIGERTAIL_CACHE="0", PYTHONPATH=sources)
            )
            asked |= {"before: new requests": (before, False), "before: with reasons": (before, True)}
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "service_peer:app",
            "--port",
            str(peer),
            "--no-access-log",
        ]
        command += ["--workers", str(given.workers), "--app-dir", str(Path(__file__).parent)]
        stack.enter_context(
            served(command, peer, path_of(ids[0]), PEER_MODEL=str(folder), OPENBLAS_NUM_THREADS="1")
        )
        asked["peer: FastAPI + implicit, one signal"] = peer, False
        seen = {name: Seen() for name in asked}
        took = dict.fromkeys(asked, 0.0)
        memory = []
        for _ in range(given.rounds):
            for name, (port, why) in asked.items():
                paths = functools.partial(new_path, ids, why)
                found, seconds = asyncio.run(
                    load_with(port, given.clients, given.seconds / given.rounds, paths)
                )
                seen[name].add(found)
                took[name] += seconds
            memory.append(megabytes(group))
    for name, one in seen.items():
        print(one.line(name, took[name]))
    rates = [len(one.seconds) / took[name] for name, one in seen.items()]
    print(f"  of the peer's: {rates[0] / rates[-1]:.2f}, with reasons {rates[1] / rates[-1]:.2f}")
    print("  memory after each round, MB: " + ", ".join(f"{one:,.0f}" for one in memory))
    return rates[0]


def deploy(
    folder: Path, port: int, group: int, hot: list[str], ids: list[str], given: argparse.Namespace
) -> None:
    """Deploy a new model under load, and roll it back."""
    source = folder.parent / "new"
    save(adventurous(load(folder)), source)
    versions = {one.version: one for one in (ServedModel(load(place), place) for place in (folder, source))}
    known: dict[tuple[str, str], bytes] = {}
    memory: list[float] = []
    asked = [path_of(item) for item in random.Random(1).sample(ids, 2000)]

    def paths(chance: random.Random) -> str:
        return chance.choice(hot if chance.random() < 0.8 else asked)

    def right(path: str, headers: dict[str, str], body: bytes) -> str | None:
        version = headers["x-tigertail-model"]
        if not headers["etag"].startswith(f'"{version}.'):
            return "the tag is of another version"
        first = known.setdefault((path, version), body)
        return None if first == body else "two answers of one version"

    def meanwhile() -> None:
        began = time.perf_counter()
        for part in range(1, 12):
            time.sleep(max(0, began + part * given.seconds / 12 - time.perf_counter()))
            memory.append(megabytes(group))
            if part == 4:
                subprocess.run([TIGERTAIL, "deploy", source, folder], check=True, stdout=subprocess.DEVNULL)
            if part == 8:
                subprocess.run([TIGERTAIL, "rollback", folder], check=True, stdout=subprocess.DEVNULL)

    seen, took = asyncio.run(load_with(port, given.clients, given.seconds, paths, right, meanwhile))
    print(seen.line("mixed, a model deployed, rolled back", took))
    seen.failed += mixtures(known, versions)
    counts = ", ".join(f"{version} {count:,}" for version, count in seen.versions.items())
    print(f"  answers by version: {counts}")
    print(
        f"  {len(known):,} different answers compared with those of the version they name: "
        f"{len(seen.failed)} failed or wrong"
    )
    for failure in seen.failed[:5]:
        print(f"    {failure}")
    print("  memory (PSS of all processes, MB): " + ", ".join(f"{one:,.0f}" for one in memory))


def swap(folder: Path, port: int, group: int, hot: list[str], times: int) -> None:
    """Put one model and the other in place, ask each the same few requests, and print what memory comes to."""
    memory = []
    places = [int(one.name) for one in folder.iterdir() if one.name.isdecimal()]
    for number in range(times):
        wanted = sorted(places)[(number + 1) % 2]
        subprocess.run(
            [TIGERTAIL, "rollback", folder, "--to", str(wanted)], check=True, stdout=subprocess.DEVNULL
        )
        time.sleep(5)
        asyncio.run(load_with(port, 8, 3, lambda chance: chance.choice(hot)))
        memory.append(megabytes(group))
    print("  after each of further swaps: " + ", ".join(f"{one:,.0f}" for one in memory))


def mixtures(known: dict[tuple[str, str], bytes], versions: dict[str, ServedModel]) -> list[str]:
    """Return which answers are not those of the version they name."""
    found = []
    for (path, version), body in known.items():
        item = urllib.parse.parse_qs(path.partition("?")[2])["item"]
        if body != to_json(compute_answer(versions[version], item, SimilarQuery(item=item, n=N))):
            found.append(f"{path}: not what version {version} answers")
    return found


if __name__ == "__main__":
    main()

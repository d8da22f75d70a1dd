"""The first minute of a new user: a fresh environment, a first fit, a second, and a service that answers.

    make wheel
    python -m benchmarks.first_minute dist/tigertail-*.whl              # with the kernels that the wheel brings
    python -m benchmarks.first_minute dist/tigertail-*.whl --compile    # without them: what each costs to compile

The world is that of ``make demo``. Processor time counts all threads and child processes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
WORLD = re.search(r"^WORLD := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
PATIENCE = 300.0  # seconds

# Runs a command and prints the processor time that each kernel costs to compile, kernels it calls included.
TIMED = """
import collections, sys, time
from numba.core import event
from tigertail.cli import main

class Listener(event.Listener):
    depth = 0
    def on_start(self, started):
        self.depth += 1
        if self.depth == 1:
            self.began = time.process_time()
    def on_end(self, ended):
        self.depth -= 1
        if self.depth == 0:
            kernel = ended.data["dispatcher"].py_func
            seconds[f"{kernel.__module__}.{kernel.__name__}"] += time.process_time() - self.began

seconds = collections.Counter()
event.register("numba:compile", Listener())
try:
    main()
finally:
    for kernel, cost in seconds.most_common():
        print(f"{cost:8.1f} s  {kernel}")
    print(f"{sum(seconds.values()):8.1f} s  all")
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--compile", action="store_true", help="remove the kernels that the wheel brings")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="first-minute-") as name:
        folder = Path(name)
        environment = install(options.wheel, folder)
        if options.compile:
            for compiled in folder.glob("venv/lib/*/site-packages/tigertail/compiled"):
                shutil.rmtree(compiled)
        measure(folder, environment, options.compile)


def install(wheel: Path, folder: Path) -> dict[str, str]:
    """Make an environment of the wheel and the pinned libraries; return the variables of its processes."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", ROOT / "constraints.txt", f"{wheel.resolve()}[service]"], check=True)
    # Python's own bytecode is compiled by pip; Numba's cache is empty.
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "TIGERTAIL_DATA")}
    return kept | {
        "NUMBA_CACHE_DIR": str(folder / "cache"),
        "PATH": f"{folder}/venv/bin:{os.environ['PATH']}",
    }


def measure(folder: Path, environment: dict[str, str], compiles: bool) -> None:
    assert WORLD is not None
    fit = ["fit", "world", "model"]
    timed = ["python", "-c", TIMED, *fit]
    print(f"{'':12} {'processor':>10} {'wall':>10}")
    for what, command in (
        ("simulate", ["tigertail", "simulate", "world", *WORLD[1].split()]),
        ("first fit", timed if compiles else ["tigertail", *fit]),
        ("second fit", ["tigertail", *fit]),
    ):
        processor, wall, output = run(command, folder, environment)
        print(f"{what:12} {processor:8.1f} s {wall:8.1f} s")
        if command is timed:
            print(output)
    print(f"{'serve':12} {'':10} {until_it_answers(folder, environment):8.1f} s until it answers")


def run(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float, str]:
    """Run a command; return the processor's seconds, those on the wall, and the output."""
    before, began = os.times(), time.monotonic()
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    after = os.times()
    processor = after.children_user - before.children_user + after.children_system - before.children_system
    return processor, time.monotonic() - began, done.stdout


def until_it_answers(folder: Path, environment: dict[str, str]) -> float:
    """Return the seconds from ``tigertail serve`` to its first list."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    command = ["tigertail", "serve", "model", "--port", str(port), "--feedback", "none"]
    service = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE)
    try:
        while time.monotonic() - began < PATIENCE and service.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=PATIENCE):
                    return time.monotonic() - began
            except urllib.error.URLError:
                time.sleep(0.05)
        raise SystemExit("the service did not answer")
    finally:
        service.terminate()
        service.communicate()


if __name__ == "__main__":
    main()

"""A standalone cluster of Spark on this machine: a master and two workers, processes of their own, on loopback.

python tests/spark/standalone.py  # prints the master's URL, and runs until it is interrupted
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

SECONDS = 120
DEPLOY = "org.apache.spark.deploy"


@contextmanager
def standalone(folder: Path, *, workers: int = 2, memory: str = "1g") -> Iterator[str]:
    """Start a master and workers of one core each, and yield the master's URL; their logs are in the folder."""
    with ExitStack() as stack:
        master = folder / "master.log"
        stack.enter_context(_running(master, "master.Master", "--port", "0", "--webui-port", "0"))
        url = _logged(master, r"Starting Spark master at (spark://\S+)")
        for number in range(workers):
            log, own = folder / f"worker-{number}.log", folder / f"worker-{number}"
            limits = ["--cores", "1", "--memory", memory, "--webui-port", "0", "--work-dir", str(own)]
            stack.enter_context(_running(log, "worker.Worker", *limits, url))
            _logged(log, r"Successfully registered with master")
        yield url


@contextmanager
def _running(log: Path, program: str, *arguments: str) -> Iterator[None]:
    import pyspark

    home = Path(pyspark.__file__).parent
    # Each waits on loopback alone; executors run this Python.
    here = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    command = [home / "bin/spark-class", f"{DEPLOY}.{program}", "--host", "127.0.0.1", *arguments]
    with log.open("w") as file:
        process = subprocess.Popen(command, env=os.environ | here, stdout=file, stderr=file)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def _logged(log: Path, pattern: str) -> str:
    """Wait until a line of a log says something, and return it."""
    last = time.monotonic() + SECONDS
    while time.monotonic() < last:
        if found := re.search(pattern, log.read_text()):
            return found[found.re.groups]
        time.sleep(0.2)
    raise AssertionError(f"{log} does not say {pattern}:\n{log.read_text()}")


if __name__ == "__main__":
    with TemporaryDirectory() as logs, standalone(Path(logs)) as address:
        print(address, flush=True)
        with suppress(KeyboardInterrupt):
            signal.pause()

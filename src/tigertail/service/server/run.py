"""Running the service: workers that share a model, one address, an end that lets requests finish."""

from __future__ import annotations

import contextlib
import errno
import functools
import logging
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tigertail.errors import ConfigError, TigertailError
from tigertail.feedback.store import FeedbackStore
from tigertail.model import load
from tigertail.model.store.folder import read_manifest
from tigertail.model.store.signing import signer_of
from tigertail.service.app import RUNTIME_DIR, SETTINGS_JSON
from tigertail.service.http import logs
from tigertail.service.http.metrics import SEVERAL
from tigertail.service.http.settings import Settings, unknown_variables
from tigertail.service.http.telemetry import check_telemetry
from tigertail.service.server.http_limits import Connection
from tigertail.service.server.reuseport import let_share
from tigertail.service.server.runtime_dir import make_runtime_dir
from tigertail.service.server.uvicorn_internals import Config
from tigertail.service.server.workers import Supervisor
from tigertail.threads import processors

LOG: Final = logging.getLogger("tigertail.service")
_THREADS: Final = ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS")


def serve(settings: Settings, started: Callable[[str], None] = lambda address: None) -> None:
    """Serve until a signal stops it.

    Parameters
    ----------
    settings
        The settings.
    started
        Called with the address, such as ``http://127.0.0.1:8000``, once a worker can answer there.

    Raises
    ------
    TigertailError
        If the address is taken, a model or the feedback store cannot be opened, or no worker can start; nothing
        is served then, and no process is left.
    """
    listening = bound(settings.host, settings.port)
    try:
        check(settings)
        with make_runtime_dir() as runtime_dir:
            logs.set_up()
            if unknown := unknown_variables():
                LOG.warning("variables of the environment that are no settings", extra={"variables": unknown})
            _prepare_workers(settings, runtime_dir)
            _allow_many_connections()
            _call_when_answering(listening, functools.partial(started, _address(settings, listening)))
            _supervise(settings, listening)
    finally:
        listening.close()


def _call_when_answering(listening: socket.socket, call: Callable[[], None]) -> None:
    """Call once a worker takes connections, which it does when it has opened the model; on a thread of its own."""

    def wait() -> None:
        with contextlib.suppress(OSError):  # the address is closed when no worker can start
            family, address = listening.family, listening.getsockname()
            while listening.fileno() >= 0:
                with socket.socket(family, socket.SOCK_STREAM) as trial:
                    if trial.connect_ex(address) == 0:
                        call()
                        return
                time.sleep(0.05)

    threading.Thread(target=wait, name="first answer", daemon=True).start()


def bound(host: str, port: int) -> socket.socket:
    """Take an address before anything else is done; port 0 takes a free one.

    Raises
    ------
    ConfigError
        If it cannot be had.
    """
    try:
        family, _, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # Only of a socket that names its protocol does asyncio send what is written at once. Of others the body of
        # an answer waits 40 ms, until the client has acknowledged its head.
        taken = socket.socket(family, socket.SOCK_STREAM, protocol)
        try:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
            return let_share(taken)
        except OSError:
            taken.close()
            raise
    except (OSError, UnicodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "no such host"
        remedy = "name an address of this machine with --host"
        if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES):
            remedy = "choose another port with --port"
            remedy += ", or end what listens there" if error.errno == errno.EADDRINUSE else ", from 1024 on"
        raise ConfigError(f"cannot listen at {host}, port {port} ({reason})", remedy=remedy) from None


def check(settings: Settings) -> None:
    """Find out before any worker starts what would stop them all.

    Raises
    ------
    TigertailError
        If a model is missing, damaged or not signed as it must be, the feedback store cannot be opened, there is no
        such evaluation, or OpenTelemetry is asked for and cannot be set up.
    """
    for folder in filter(None, (settings.model, settings.challenger)):
        if settings.signers:
            signer_of(read_manifest(folder)[0], settings.signers, folder)
        signals = load(folder).signals
        for name in signals:
            signals[name]  # reads it, and so checks it
    check_telemetry()
    if settings.store is not None:
        FeedbackStore.open(settings.store).close()
    if settings.evaluation is not None and not settings.evaluation.is_file():
        raise ConfigError(
            "no such evaluation",
            path=settings.evaluation,
            remedy="make one with: tigertail evaluate DATASET --report FOLDER; it is FOLDER/report.json",
        )


def _supervise(settings: Settings, listening: socket.socket) -> None:
    config = Config(
        "tigertail.service.app:from_environment",
        factory=True,
        workers=settings.workers,
        http=functools.partial(Connection, read_timeout=settings.limits.read_timeout),  # type: ignore[arg-type]
        ws="none",
        loop="tigertail.service.server.reuseport:WorkerLoop",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_timeout,
        timeout_worker_healthcheck=30,  # seconds: a worker that opens a large model or compiles answers late
        timeout_keep_alive=30,  # seconds: a person reads a list before the next click
    )
    supervisor = Supervisor(config, [listening])
    supervisor.run()
    if supervisor.failed:
        raise TigertailError("no worker could start", remedy="the log above says why")


def _address(settings: Settings, listening: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listening.getsockname()[1]}"


def _prepare_workers(settings: Settings, runtime_dir: Path) -> None:
    """Leave in the environment what the workers start from."""
    os.environ[SETTINGS_JSON] = settings.to_json()
    os.environ[RUNTIME_DIR] = str(runtime_dir)
    os.environ[SEVERAL] = str(runtime_dir / "counts")
    (runtime_dir / "counts").mkdir()
    threads = str(max(1, processors() // settings.workers))
    for name in _THREADS:
        os.environ.setdefault(name, threads)


def _allow_many_connections() -> None:
    """Raise the limit of open files, so that slow clients reach their timeout first; workers inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if sys.platform == "darwin" or soft == hard:  # macOS refuses the hard limit that it reports
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

"""Taking an address, and answers that are sent at once."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from tigertail.errors import ConfigError, ModelError
from tigertail.model.store.signing import new_signing_key, sign
from tigertail.service.http.settings import Settings
from tigertail.service.server.run import _prepare_workers, bound, check


def test_a_free_port_is_taken_and_no_other_can_take_it() -> None:
    with bound("127.0.0.1", 0) as taken:
        host, port = taken.getsockname()
        if sys.platform != "linux":  # where who listens alone keeps others off
            taken.listen()
        with pytest.raises(ConfigError, match=f"cannot listen at {host}, port {port}") as refused:
            bound(host, port)
        assert refused.value.remedy == "choose another port with --port, or end what listens there"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_is_written_is_sent_at_once(host: str) -> None:
    """Two small writes, a head and a body, do not wait for each other to be acknowledged."""

    async def flag() -> int:
        found = asyncio.get_running_loop().create_future()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = writer.get_extra_info("socket")
            found.set_result(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with bound(host, 0) as taken:
            async with await asyncio.start_server(connected, sock=taken):
                _, writer = await asyncio.open_connection(*taken.getsockname()[:2])
                writer.close()
                return int(await found)

    assert asyncio.run(flag())


def test_no_such_host() -> None:
    with pytest.raises(ConfigError, match=r"cannot listen at no-such-host\.invalid") as refused:
        bound("no-such-host.invalid", 0)
    assert refused.value.remedy == "name an address of this machine with --host"


def test_an_evaluation_that_is_not_there_is_told_before_anything_is_served(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.json: no such evaluation"):
        check(Settings(model=folder, evaluation=Path("nowhere.json")))


def test_a_model_that_no_signer_signed_is_told_before_anything_is_served(
    folder: Path, tmp_path: Path
) -> None:
    signers = (new_signing_key(tmp_path / "key.pem"),)
    with pytest.raises(ModelError, match="not signed, and signers are set"):
        check(Settings(model=folder, signers=signers))
    sign(folder, tmp_path / "key.pem")
    check(Settings(model=folder, signers=signers))
    (folder / "1" / ".DS_Store").write_bytes(b"not copied, so no reason to stop")
    check(Settings(model=folder, signers=signers))


@pytest.mark.parametrize(("workers", "threads"), [(1, "6"), (2, "3"), (9, "1")])
def test_workers_share_the_processors(
    workers: int, threads: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tigertail.service.server.run.processors", lambda: 6)
    monkeypatch.setattr(os, "environ", {"OMP_NUM_THREADS": "4"})
    _prepare_workers(Settings(model=Path("m"), workers=workers), tmp_path)
    assert os.environ["NUMBA_NUM_THREADS"] == threads
    assert os.environ["OMP_NUM_THREADS"] == "4", "what is given stays"

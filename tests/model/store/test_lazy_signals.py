"""Signals on disk are checked and read when they are first used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from pathlib import Path
from threading import Event

import pytest

from tigertail.errors import ModelError
from tigertail.model import Model, load, save
from tigertail.model.registry import SIGNALS
from tigertail.model.store import lazy_signals
from tigertail.model.store.checksums import verify_file


def test_a_signal_that_is_read_does_not_wait_for_another_to_be_checked(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(model, tmp_path / "model")
    signals = load(tmp_path / "model").signals
    first, second, *_ = signals
    read = signals[first]
    checking, go_on = Event(), Event()

    def check(file: BufferedReader, digest: str) -> None:
        checking.set()
        assert go_on.wait(60)
        verify_file(file, digest)

    monkeypatch.setattr(lazy_signals, "verify_file", check)
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(signals.__getitem__, second)
        assert checking.wait(60)
        try:
            assert threads.submit(signals.__getitem__, first).result(30) is read
        finally:
            go_on.set()
        assert slow.result(60) is signals[second]


def test_a_signal_of_another_installation_is_named(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(model, tmp_path / "model")
    signals = load(tmp_path / "model").signals
    others = {name: spec for name, spec in SIGNALS.items() if name != "factors"}
    monkeypatch.setattr("tigertail.model.registry.SIGNALS", others)
    with pytest.raises(ModelError, match="a signal 'factors', which is not in this installation") as error:
        signals["factors"]
    assert error.value.remedy

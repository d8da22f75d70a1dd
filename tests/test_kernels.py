"""Numba is loaded when there is work for it, and not for a question or two."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tigertail import kernels
from tigertail.model import Model, save


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_question_loads_no_compiler(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "model")
    code = (
        "import sys, numpy, tigertail; model = tigertail.load(sys.argv[1]); "
        "[signal.affinity(numpy.array([0], numpy.int32)) for signal in model.signals.values()]; "
        "model.similar(model.items['name'][0]); "
        "print({'numba', 'scipy', 'rapidfuzz'} & set(sys.modules))"
    )
    assert run(code, str(tmp_path / "model")) == "set()\n"


def test_one_query_is_answered_in_numpy_until_that_no_longer_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "loaded", lambda: False)
    monkeypatch.setattr(kernels, "_met", 0)
    assert kernels.plain(1, 1000)
    assert not kernels.plain(2, 1000)
    assert not kernels.plain(1, kernels.ENOUGH)
    monkeypatch.setattr(kernels, "_met", 0)
    monkeypatch.setattr(kernels, "loaded", lambda: True)
    assert not kernels.plain(1, 1000)

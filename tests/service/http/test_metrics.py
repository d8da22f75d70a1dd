"""Counts of several workers, some of them dead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tigertail.service.http import metrics


def test_a_worker_killed_over_its_first_count_spoils_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "counter_77.db").touch()
    monkeypatch.setenv(metrics.SEVERAL, str(tmp_path))
    content, media_type = metrics.exposition()
    assert content == b""
    assert media_type.startswith("text/plain")

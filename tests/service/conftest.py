"""A service on the world of two countries and one star, asked without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tigertail.model import Model, save
from tigertail.service.app import create_app
from tigertail.service.http.settings import Settings
from tigertail.service.http.telemetry import Telemetry

Serve = Callable[..., TestClient]


@pytest.fixture
def folder(local_model: Model, tmp_path: Path) -> Path:
    """A model that a test may replace."""
    save(local_model, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    """Start a service with the settings given, stopped after the test."""
    with ExitStack() as stack:

        def started(telemetry: Telemetry | None = None, **settings: Any) -> TestClient:
            made = Settings.model_validate({"model": folder, "reload_interval": 3600} | settings)
            app = create_app(made, telemetry=telemetry)
            return stack.enter_context(TestClient(app, base_url="http://localhost"))

        yield started


@pytest.fixture
def client(serve: Serve) -> TestClient:
    """A service as it is on loopback."""
    return serve()

"""The app of one worker from its start to its end."""

from __future__ import annotations

import gc
import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.support import poll

from tigertail.feedback.store import FeedbackStore
from tigertail.model import Model, save
from tigertail.service import app as module
from tigertail.service.app import create_app
from tigertail.service.http.settings import Settings
from tigertail.signals.factors import FactorAffinity


def test_an_erasure_under_way_ends_before_the_store_is_closed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, happened = threading.Event(), []

    def slow(store: FeedbackStore, days: float) -> int:
        began.set()
        time.sleep(0.2)
        happened.append("erased")
        return 0

    monkeypatch.setattr(module, "prune", slow)
    app = create_app(Settings.model_validate({"model": folder, "feedback": {"keep_days": 1}}))
    monkeypatch.setattr(app.state.context.store, "close", lambda: happened.append("closed"))
    with TestClient(app):
        assert began.wait(60)
    assert happened == ["erased", "closed"]


def test_an_erasure_that_fails_is_logged_and_tried_again(
    serve: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def failing(store: FeedbackStore, days: float) -> int:
        tries.append(days)
        raise ValueError("nobody expected this")

    monkeypatch.setattr(module, "prune", failing)
    monkeypatch.setattr(module, "HOUR", 0.01)
    with caplog.at_level(logging.ERROR, "tigertail.service"):
        serve(feedback={"keep_days": 1})
        poll(lambda: len(tries) > 1, "it is tried again")
    assert "old feedback could not be erased" in caplog.messages


def test_garbage_collection_leaves_out_what_is_served_and_finds_what_was(
    folder: Path, local_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SETTLED", 0.01)
    app = create_app(Settings.model_validate({"model": folder, "reload_interval": 3600}))
    models = app.state.context.models

    def spared() -> bool:
        return not any(one is models["current"] for one in gc.get_objects())

    with TestClient(app):
        poll(spared, "the first model is left out")
        mixture = weakref.ref(models["current"].model.signals["mixture"])
        alike = FactorAffinity(np.ones((len(local_model.items), 4), np.float32))
        save(replace(local_model, signals={**local_model.signals, "factors": alike}), folder)
        models.check()
        poll(spared, "the second model is left out")
        poll(lambda: mixture() is None, "the first is gone")
    assert not spared()

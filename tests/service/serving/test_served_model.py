"""One version of a model: asked from several threads, its answers as JSON."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tigertail.model import Model, QueryOptions
from tigertail.service.http.json import to_json
from tigertail.service.http.problems import ServiceError
from tigertail.service.serving.served_model import ServedModel

_ASK_WHILE_ANOTHER_IS_OPENED = """
import sys, threading
from pathlib import Path
from tigertail.service.serving.served_model import ServedModel
folder = Path(sys.argv[1])
served, opened = ServedModel.open(folder), threading.Event()
def ask():
    while not opened.is_set():
        served.answer([0, 1, 2], 5, {}, why=True)
asking = [threading.Thread(target=ask) for _ in range(2)]
for one in asking: one.start()
for _ in range(40): ServedModel.open(folder)
opened.set()
for one in asking: one.join()
"""


def test_a_model_is_opened_while_another_answers(folder: Path) -> None:
    """Numba's plainest threads end the process where two ask at a time; others are luckier, not better."""
    environment = os.environ | {"NUMBA_THREADING_LAYER": "workqueue"}
    done = subprocess.run(
        [sys.executable, "-c", _ASK_WHILE_ANOTHER_IS_OPENED, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("why", [False, True])
def test_answers_as_json_are_the_records(local_model: Model, why: bool) -> None:
    items = local_model.items.with_columns(pl.format('{} "quoted"\n\\ Кино', "name").alias("name"))
    served = ServedModel(replace(local_model, items=items), Path("model"))
    for code in range(len(served.items)):
        answers = served.answer([code], 5, QueryOptions(), why=why)
        assert to_json(served.answer_json(answers)) == to_json(served.answer_records(answers))
        assert served.items.json(code) == to_json(served.items[code])
    nothing = served.answer([0], 0, QueryOptions(), why=why)
    assert to_json(served.answer_json(nothing)) == b"[]"


def test_how_a_map_is_made_names_the_folder_even_where_the_service_runs_in_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(ServiceError, match="no map of this model yet") as error:
        ServedModel.open(Path()).map()
    assert error.value.remedy == "make one with: tigertail map model"

"""The threat model names every limit with the value it has, and tests that exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from tigertail.service.http.settings import Limits, Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = {
    name: (value, tests)
    for name, value, tests in re.findall(r"^\| `([\w.]+)` \| (.*?) \|.*\| (.*?) \|$", PAGE, re.M)
}


def value_of(name: str) -> object:
    if name.startswith("limits."):
        return Limits.model_fields[name.removeprefix("limits.")].default
    module, _, constant = name.rpartition(".")
    return getattr(importlib.import_module(module), constant)


def test_every_limit_that_can_be_set_is_in_the_table() -> None:
    named = {name.removeprefix("limits.") for name in ROWS if name.startswith("limits.")}
    assert named == set(Limits.model_fields)


@pytest.mark.parametrize("name", sorted(ROWS.keys() - {"limits.rate"}))
def test_each_has_the_value_of_the_code(name: str) -> None:
    assert ROWS[name][0] == str(value_of(name))


def test_the_rate_is_set_only_off_the_loopback() -> None:
    assert ROWS["limits.rate"][0] == "none; 50 a second except on loopback"
    assert Settings(model=Path("m")).rate is None
    assert Settings(model=Path("m"), host="0.0.0.0").rate == 50


@pytest.mark.parametrize("name", ROWS)
def test_each_names_tests_that_exist(name: str) -> None:
    tests = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", ROWS[name][1])
    assert tests
    for file, test in tests:
        source = (ROOT / "tests" / "service" / file).read_text("utf-8")
        assert f"def {test}(" in source, f"{file}::{test}"

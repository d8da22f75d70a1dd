"""Every option of a query is defined once, and is the same in Python, on the command line and over HTTP."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import polars as pl
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import ConfigError
from tigertail.model import Model, QueryOptions, compare, save
from tigertail.model.query_options import QueryOption, query_options
from tigertail.service.app import create_app
from tigertail.service.http.settings import Settings

COMMAND = "import sys; sys.argv = ['tigertail']; from tigertail.cli import main; main()"


@pytest.fixture(scope="module")
def folder(local_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("options") / "model"
    save(local_model, path)
    return path


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    service = create_app(Settings.model_validate({"model": folder}))
    with TestClient(service, base_url="http://localhost") as started:
        yield started


def parameters(client: TestClient, asked: str) -> dict[str, dict[str, Any]]:
    """Return the schemas of the parameters of a path, or of a body, by its name."""
    document = client.get("/openapi.json").json()
    if not asked.startswith("/"):
        found: dict[str, dict[str, Any]] = document["components"]["schemas"][asked]["properties"]
        return found
    return {one["name"]: one["schema"] for one in document["paths"][asked]["get"]["parameters"]}


every_option = pytest.mark.parametrize("option", query_options(), ids=lambda option: option.name)


def test_there_are_these_dials() -> None:
    assert [option.flag for option in query_options()] == [
        *("--signal", "--beta", "--character", "--country", "--language", "--group", "--lens"),
        *("--disabled-signal", "--item-country", "--kind", "--stratum"),
        *("--min-listeners", "--max-per-artist", "--exclude", "--exact"),
    ]


@every_option
@pytest.mark.parametrize("command", ["similar", "for-me", "neighbours", "spark neighbours"])
def test_an_option_of_the_command_line(command: str, option: QueryOption) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"], terminal_width=1000).stdout
    [line] = [line for line in shown.splitlines() if line.split()[:1] == [option.flag]]
    assert option.help in line
    if option.maximum is not None:
        assert f"[{option.minimum}<=x<={option.maximum}]" in line


@every_option
@pytest.mark.parametrize(
    "asked",
    [
        *("/v1/similar", "/v1/neighbours", "/v1/path", "/v1/radio"),
        *("SimilarRequest", "RecommendRequest"),
    ],
)
def test_a_parameter_of_http(client: TestClient, asked: str, option: QueryOption) -> None:
    schema = parameters(client, asked)[option.parameter]
    assert schema["description"] == option.help
    several = schema.get("type") == "array"
    assert several == option.repeated
    if option.choices:
        assert schema["items"]["enum"] == list(option.choices)
    if option.maximum is not None:
        assert schema["anyOf"][0].items() >= {"minimum": option.minimum, "maximum": option.maximum}.items()


@every_option
@pytest.mark.parametrize(
    "method",
    [
        *(Model.similar, Model.recommend, Model.path, Model.radio, Model.neighbours, compare),
        *(Model.answer, Model.answer_each, Model.answer_history, Model.answer_path, Model.answer_radio),
        Model.answer_many,
    ],
    ids=lambda method: method.__name__,
)
def test_a_keyword_in_python(method: Any, option: QueryOption) -> None:
    keyword = inspect.signature(method).parameters[option.name]
    assert keyword.kind is inspect.Parameter.KEYWORD_ONLY
    assert keyword.default == (() if option.repeated else None)
    assert f"{option.name}\n        {option.help}" in str(QueryOptions.__doc__)


@every_option
def test_a_model_describes_a_dial_to_the_page(
    client: TestClient, option: QueryOption, local_model: Model
) -> None:
    [model] = client.get("/v1/models").json()["models"]
    [described] = [one for one in model["options"] if one["name"] == option.parameter]
    assert (described["min"], described["max"], described["help"]) == (
        option.minimum,
        option.maximum,
        option.help,
    )
    defaults = {
        "signal": "mixture",
        "beta": local_model.config.mixture.beta,
        "character": local_model.config.mixture.character,
        "lens": local_model.config.listening.lens,
    }
    assert described["default"] == defaults.get(option.name)


def test_a_misspelt_dial_is_refused_and_the_closest_named(local_model: Model, client: TestClient) -> None:
    for query in (local_model.similar, local_model.neighbours):
        with pytest.raises(TypeError, match="unknown option 'item_country': did you mean 'item_countries'"):
            query("star", item_country=["PL"])
    with pytest.raises(TypeError, match="unknown option 'zzz': the options are signal, beta, "):
        QueryOptions(zzz=1)  # type: ignore[call-arg]
    refused = CliRunner().invoke(app, ["similar", "MODEL", "star", "--item-countri", "PL"])
    assert refused.exit_code == 2
    assert "--item-countri" in refused.output
    assert "--item-country" in refused.output.replace("--item-countri ", "")
    answer = client.get("/v1/similar?item=star&item_countri=PL")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "unknown parameter 'item_countri'"
    assert answer.json()["remedy"] == "did you mean 'item_country'?"
    assert answer.json()["suggestions"] == ["item_country"]
    body = {"requests": [{"items": ["star"], "strata": ["mid"]}]}
    assert client.post("/v1/similar:batch", json=body).json()["suggestions"] == ["stratum"]


def test_python_command_line_and_http_give_the_same_list(
    local_model: Model, folder: Path, client: TestClient
) -> None:
    options = QueryOptions(beta=0.3, country="PL", lens=0.8, strata=["head", "mid", "tail"], exclude=["p1"])
    want = local_model.similar("Queen", 3, options=options)["item_id"].to_list()
    assert len(want) == 3
    given = [(option, getattr(options, option.name)) for option in options.given()]
    pairs = [
        (option, value) for option, values in given for value in (values if option.repeated else [values])
    ]
    flags = [text for option, value in pairs for text in (option.flag, str(value))]
    shown = CliRunner().invoke(app, ["similar", str(folder), "Queen", "-n", "3", "--json", *flags]).stdout
    assert [answer["item_id"] for answer in json.loads(shown)] == want
    query = urlencode([("item", "Queen"), ("n", 3), *((option.parameter, value) for option, value in pairs)])
    assert [item["id"] for item in client.get(f"/v1/similar?{query}").json()["items"]] == want
    keywords = {option.name: value for option, value in given}
    assert local_model.similar("Queen", 3, **keywords)["item_id"].to_list() == want


def test_keywords_replace_the_dials_of_options(local_model: Model) -> None:
    options = QueryOptions(country="PL", lens=1)
    assert local_model.similar("Queen", 3, options=options, country="BR").equals(
        local_model.similar("Queen", 3, country="BR", lens=1)
    )


def test_any_collection_will_do_but_no_text() -> None:
    assert QueryOptions(exclude={"a"}).exclude == QueryOptions(exclude=pl.Series(["a"])).exclude == ("a",)
    with pytest.raises(ConfigError, match="exclude must be a list, not a text"):
        QueryOptions(exclude="a")
    assert QueryOptions(beta=np.array(0.5)).beta == 0.5
    with pytest.raises(ConfigError, match=r"exclude: .* valid tuple"):
        QueryOptions(exclude=np.array("a"))


def test_replaced_dials_are_checked_again() -> None:
    assert QueryOptions(lens=1).replace(lens=0).lens == 0
    with pytest.raises(ConfigError, match=r"lens is 2\n  -> choose a value from 0 to 1"):
        QueryOptions(lens=1).replace(lens=2)


@pytest.mark.parametrize("value", [-0.1, 2.1, float("nan"), "much"])
def test_a_number_out_of_range_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match="beta"):
        QueryOptions(beta=value)


def test_notices_are_values_for_programs_and_warnings_for_people(local_model: Model) -> None:
    seeds = np.array([local_model.index.match("Queen").code], np.int32)
    notices = ("too few listeners in Czechia: localised to Eastern Europe",)
    assert local_model.answer(seeds, country="CZ").notices == notices
    assert local_model.answer_many(["Queen"], country="CZ").notices == notices
    assert compare(local_model, "Queen", "cosine", country="CZ").notices == notices
    for query in (local_model.similar, lambda item, **given: local_model.neighbours([item], **given)):
        with pytest.warns(UserWarning, match="localised to Eastern Europe") as warned:
            query("Queen", country="CZ")
        assert warned[0].filename == __file__ or query is not local_model.similar


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["similar", "MODEL", "star", "--item"], ["--item-country"]),
        (["neighbours", "MODEL", "--stratum", "h"], ["head"]),
        (["similar", "MODEL", "star", "--kind", "a"], ["artist", "album"]),
    ],
)
def test_the_shell_completes_dials(words: list[str], offered: list[str]) -> None:
    completing = {
        "_TIGERTAIL_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["tigertail", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-c", COMMAND],
        env=os.environ | completing,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == offered


@pytest.mark.parametrize(
    ("arguments", "unloaded"),
    [("--help", ["pydantic", "numpy", "polars"]), ("similar --help", ["numpy", "polars"])],
)
def test_help_loads_no_numerical_library(arguments: str, unloaded: list[str]) -> None:
    code = f"""
import sys
from tigertail.cli import app
app({arguments.split()!r}, standalone_mode=False)
print("LOADED", [name for name in {unloaded!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"

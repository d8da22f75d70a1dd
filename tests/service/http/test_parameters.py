"""An option of a query becomes a parameter of HTTP, with its range, and takes JSON's numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from tigertail.model.query_options import query_options
from tigertail.service.http.parameters import SimilarQuery, _field

LENS = next(option for option in query_options() if option.name == "lens")
COUNT = replace(LENS, name="count", parameter="count", type=int, minimum=0, maximum=9)


@pytest.fixture(scope="module")
def body() -> type[BaseModel]:
    """A request in a batch whose options are one of each kind of number."""
    fields: dict[str, Any] = {option.name: _field(option) for option in (LENS, COUNT)}
    return create_model("Body", __config__=ConfigDict(strict=True), **fields)


def test_json_has_one_kind_of_number(body: type[BaseModel]) -> None:
    read = body.model_validate_json('{"lens": 1, "count": 5.0}')
    assert read.model_dump() == {"lens": 1.0, "count": 5}


@pytest.mark.parametrize("wrong", ["5.5", '"5"', "true", "-1", "10.0", "1e300"])
def test_what_is_no_whole_number_of_the_range_is_refused(body: type[BaseModel], wrong: str) -> None:
    for option in ("lens", "count"):
        with pytest.raises(ValidationError):
            body.model_validate_json(f'{{"{option}": {wrong}}}')


def test_the_range_is_in_the_document(body: type[BaseModel]) -> None:
    count, nothing = body.model_json_schema()["properties"]["count"]["anyOf"]
    assert count == {"type": "integer", "minimum": 0, "maximum": 9}
    assert nothing == {"type": "null"}


def test_a_copy_that_asks_for_fewer_has_a_key_of_its_own() -> None:
    asked = SimilarQuery(item=["Can"], n=500)
    assert asked.key(["Can"]) != asked.model_copy(update={"n": 5}).key(["Can"])

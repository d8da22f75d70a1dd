"""A phone, and the colours; `test_languages.py` looks at every view in every size."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def test_a_phone_shows_one_list_at_a_time(visit: Any, expect: Any, star: Json) -> None:
    person = visit(width=360, height=740, has_touch=True)
    person.open(item=star["item_id"], compare="1")
    expect(person.rows().first).to_be_visible()
    expect(person.rows("naive").first).to_be_hidden()
    person.page.get_by_role("group", name="Which list").get_by_role("button", name="Naive CF").tap()
    expect(person.rows("naive").first).to_be_visible()
    expect(person.rows().first).to_be_hidden()


def test_the_colours_follow_the_system_until_others_are_chosen(visit: Any, expect: Any) -> None:
    person = visit(color_scheme="dark")
    person.open()
    page = person.page
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Use light colours").click()
    light = page.evaluate(ground)
    assert max(_channels(dark)) < 60 < 200 < min(_channels(light))
    page.reload()
    assert page.evaluate(ground) == light


def _channels(colour: str) -> list[int]:
    return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]

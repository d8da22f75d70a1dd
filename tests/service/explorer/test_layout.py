"""Every width, a phone, and the colours."""

from __future__ import annotations

from typing import Any

import pytest

Json = dict[str, Any]
VIEWS = ("lists", "artist", "map", "evaluation")


@pytest.mark.parametrize("width", [360, 900, 1600])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_fits_every_width(visit: Any, expect: Any, star: Json, width: int, theme: str) -> None:
    person = visit(width=width, height=800, color_scheme=theme)
    for view in VIEWS:
        person.open(view=view, item=star["item_id"])
        expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        person.page.wait_for_load_state("networkidle")
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width
        person.screenshot(f"{view}-{width}-{theme}")


def test_a_phone_shows_the_first_answer_on_its_first_screen(visit: Any, expect: Any, star: Json) -> None:
    person = visit(width=390, height=740, has_touch=True)
    person.open(item=star["item_id"])
    expect(person.rows().first).to_be_in_viewport(ratio=1)
    person.screenshot("phone")


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

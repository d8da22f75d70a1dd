"""The explanation of a listed item."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def test_an_explanation_opens_with_the_keyboard(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    why = person.rows().first.locator("details.explanation")
    why.locator("summary").focus()
    person.page.keyboard.press("Enter")
    first = person.get("similar", item=star["item_id"], why="true")["items"][0]["why"][0]
    expect(why.locator("li").first).to_contain_text(first["signal"])
    expect(why.locator("li").first).to_contain_text(first["evidence"][1:])
    person.screenshot("why")

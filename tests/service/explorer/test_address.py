"""The address of the page."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def test_invalid_values_in_the_address_are_ignored(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"], view="elsewhere", n="-3", beta="much", lens="0.5")
    expect(person.rows()).to_have_count(20)
    assert person.item_ids() == person.similar(item=star["item_id"])
    expect(person.page.locator(".changed-count")).to_have_text("")

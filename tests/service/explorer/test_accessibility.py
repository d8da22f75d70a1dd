"""Without a mouse, and for a screen reader."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def test_every_control_has_a_name(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.rows()).to_have_count(20)
    nameless = person.page.evaluate(
        """() => [...document.querySelectorAll("button, a, summary, input, select")]
            .filter((one) => !one.textContent.trim() && !one.getAttribute("aria-label") && !one.labels?.length)
            .map((one) => one.outerHTML)"""
    )
    assert nameless == []


def test_the_first_tab_skips_to_the_content(person: Any, expect: Any) -> None:
    person.open()
    person.page.locator(".start-groups a").first.wait_for()
    person.page.keyboard.press("Tab")
    expect(person.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    person.page.keyboard.press("Enter")
    expect(person.page.locator("#main")).to_be_focused()

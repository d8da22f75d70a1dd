"""Without a mouse, and for a screen reader."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize(
    "state", [{"item": "nobody at all"}, {"view": "artist", "item": "nobody at all"}, {"view": "artist"}]
)
def test_a_view_without_its_item_has_a_heading_too(person: Any, expect: Any, state: Json) -> None:
    person.expected_statuses = {404}
    person.open(**state)
    expect(person.page.locator(".message:visible")).to_have_count(1)
    expect(person.page.get_by_role("heading", level=1)).to_have_count(1)


def test_the_map_has_a_heading_before_it_comes(person: Any, expect: Any) -> None:
    person.page.route("**/v1/map", lambda route: None)
    person.open(view="map")
    expect(person.page.locator(".map-loading")).to_be_visible()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("The catalogue as a map")

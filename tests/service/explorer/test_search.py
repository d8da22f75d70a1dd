"""Search: names with mistakes, with the keyboard."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def test_a_name_with_a_typo_is_found_and_chosen_with_the_keyboard(
    person: Any, expect: Any, star: Json
) -> None:
    person.open()
    page = person.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Take the music by the tail.")
    page.locator(".start-groups a").first.wait_for()
    person.screenshot("start")
    name = star["name"]
    page.keyboard.press("/")
    page.keyboard.type(name[:3].lower() + name[4:].lower())
    field = page.get_by_role("combobox", name="Artist, album or track")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option").first).to_contain_text(name)
    page.keyboard.press("ArrowDown")
    active = page.get_by_role("option", selected=True)
    expect(active).to_contain_text(name)
    assert field.get_attribute("aria-activedescendant") == active.get_attribute("id")
    person.screenshot("search")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert person.address == {"item": [f"id:{star['item_id']}"]}
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_enter_at_once_takes_the_best_match(person: Any, expect: Any, star: Json) -> None:
    person.open()
    person.page.keyboard.press("/")
    person.page.keyboard.type(star["name"].lower())
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(star["name"])


def test_a_search_without_a_match_says_so(person: Any, expect: Any) -> None:
    person.open()
    person.page.get_by_role("combobox").fill("qqqqqqzzzzzxxxx")
    expect(person.page.locator(".options .none")).to_contain_text("No match for")
    person.page.keyboard.press("Escape")
    expect(person.page.locator(".search .options")).to_be_hidden()


def test_enter_that_ends_a_conversion_asks_nothing(person: Any, expect: Any, star: Json) -> None:
    person.open()
    field = person.page.get_by_role("combobox", name="Artist, album or track")
    field.fill(star["name"])
    expect(person.page.get_by_role("option").first).to_contain_text(star["name"])
    # As Safari sends it: after the composition has ended, with the code of a key for an input method.
    field.evaluate(
        """(field) => field.dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }))"""
    )
    expect(person.page.get_by_role("option").first).to_be_visible()
    assert person.address == {}

"""The options of a query: country, popularity exponent, signals, and what may be listed."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def test_a_country_is_chosen_for_the_lens(person: Any, expect: Any, star: Json) -> None:
    place = next(
        place
        for place in person.get("models")["models"][0]["places"]
        if len(place["code"]) == 2 and place["name"].isascii()
    )
    person.open(item=star["item_id"])
    page = person.page
    expect(person.rows()).to_have_count(20)
    field = page.get_by_role("combobox", name="Country of the lens")
    field.click()
    expect(page.get_by_role("option").first).to_contain_text("The whole world")
    field.press_sequentially(place["name"][:5])
    expect(page.get_by_role("option").first).to_contain_text(place["name"])
    expect(page.get_by_role("option").first).to_contain_text(str(place["listeners"]))
    field.press("ArrowDown")
    field.press("Enter")
    query = {"item": star["item_id"], "country": place["code"]}
    expect(page.locator(".columns.stale")).to_have_count(0)
    page.get_by_role("slider", name="Strength").press("End")
    expect(page.locator(".changed-count")).to_have_text("2 changed")
    want = person.similar(**query, lens=1)
    page.wait_for_function(
        "want => document.querySelector('#column-tigertail .row').dataset.id === want", arg=want[0]
    )
    expect(page.locator(".columns.stale")).to_have_count(0)
    assert person.address == {"item": [star["item_id"]], "country": [place["code"]], "lens": ["1"]}
    assert person.item_ids() == want
    person.screenshot("country")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".changed-count")).to_have_text("")
    assert person.address == {"item": [star["item_id"]]}


def test_the_popularity_exponent_changes_the_list(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"], compare="1")
    expect(person.rows()).to_have_count(20)
    slider = person.page.get_by_role("slider", name="Popularity exponent")
    expect(slider).to_have_attribute("aria-valuetext", "default")
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "long tail first")
    want = person.similar(item=star["item_id"], beta=2)
    person.page.wait_for_function(
        "want => document.querySelector('#column-tigertail .row').dataset.id === want", arg=want[0]
    )
    assert person.address["beta"] == ["2"]
    assert person.item_ids() == want
    assert person.item_ids("naive") == person.similar(item=star["item_id"], signal="cosine")
    person.screenshot("popularity-exponent")


def test_filters_apply_to_both_lists(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"], compare="1")
    for stratum in ("head", "mid", "cold"):
        person.page.get_by_role("checkbox", name=stratum, exact=True).uncheck()
    expect(person.page.locator(".columns.stale")).to_have_count(0)
    assert person.address["stratum"] == ["tail"]
    expect(person.page.get_by_role("checkbox", name="tail", exact=True)).to_be_disabled()
    for column in ("tigertail", "naive"):
        expect(person.page.locator(f"#column-{column} .row .stratum:not(.tail)")).to_have_count(0)
        assert person.item_ids(column)


def test_the_last_signal_cannot_be_switched_off(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    boxes = person.page.get_by_role("region", name="Signals").get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    for place in range(boxes.count() - 1):
        boxes.nth(place).uncheck()
    expect(boxes.last).to_be_disabled()
    assert len(person.address["disabled_signal"]) == boxes.count() - 1

"""A path between two artists on the map."""

from __future__ import annotations

from typing import Any

import pytest

Json = dict[str, Any]
ACCENT = """() => {
    const canvas = document.querySelector(".map-canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) count += data[at] === 171 && data[at + 1] === 71 && data[at + 2] === 4;
    return count;
}"""


@pytest.fixture
def ends(town: Any) -> tuple[str, str]:
    """Two artists with others between them."""
    items = town.model.items["item_id"].to_list()
    return next((items[0], goal) for goal in items[40:] if len(town.model.path(items[0], goal)) > 3)


def test_a_path_of_the_address_is_drawn_and_listed(
    person: Any, expect: Any, ends: tuple[str, str], star: Json
) -> None:
    page = person.page
    person.open(view="map")
    page.locator(".map-canvas").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate(ACCENT) == 0
    person.open(view="map", **{"from": f"id:{ends[0]}", "to": f"id:{ends[1]}"})
    walk = person.get("path", **{"from": f"id:{ends[0]}", "to": f"id:{ends[1]}"})["items"]
    rows = page.locator(".path-list li")
    expect(rows).to_have_count(len(walk))
    assert rows.evaluate_all("rows => rows.map((row) => row.dataset.id)") == [item["id"] for item in walk]
    expect(page.locator(".path-end").first).to_have_text(walk[0]["name"])
    page.wait_for_function(f"() => ({ACCENT})() > 500")
    person.screenshot("path")
    page.get_by_role("button", name="Swap start and end").click()
    assert person.address["from"] == [f"id:{ends[1]}"]
    expect(rows.first).to_contain_text(walk[-1]["name"])
    page.get_by_role("link", name="Lists", exact=True).click()
    assert "from" not in person.address  # the other views have no path
    page.go_back()
    expect(rows).not_to_have_count(0)
    page.get_by_role("button", name="Remove the path").click()
    expect(rows).to_have_count(0)
    assert person.address == {"view": ["map"]}


def test_the_ends_are_chosen_with_the_keyboard_or_on_the_map(person: Any, expect: Any, star: Json) -> None:
    page = person.page
    person.open(view="map", item=f"id:{star['item_id']}")
    page.get_by_role("button", name="Start a path here").press("Enter")
    expect(page.locator(".path-end").first).to_have_text(star["name"])
    page.get_by_role("combobox", name="End").press("ArrowDown")
    page.get_by_role("option").nth(5).wait_for()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    rows = page.locator(".path-list li")
    expect(rows.first).to_contain_text(star["name"])
    assert person.address["from"] == [f"id:{star['item_id']}"]
    assert [f"id:{rows.last.get_attribute('data-id')}"] == person.address["to"]
    rows.last.get_by_role("link").press("Enter")
    expect(page.locator(".artist h1")).to_be_visible()


def test_a_path_to_nobody_says_so(person: Any, expect: Any, star: Json) -> None:
    person.expected_statuses = {404}
    person.open(view="map", **{"from": star["item_id"], "to": "no such artist at all"})
    trouble = person.page.locator(".path-walk [role=alert]")
    expect(trouble).to_contain_text("no such artist at all")
    expect(trouble).to_contain_text("Search for another spelling, or for another name.")
    expect(trouble).not_to_contain_text("/v1/")


def test_the_line_goes_through_every_point_without_a_loop(person: Any) -> None:
    person.open()
    points = [[0, 0], [100, 0], [101, 5], [300, 200]]
    curve = person.page.evaluate(
        """async (points) => (await import("/explorer/js/map/curve.js")).smoothCurve(points)""", points
    )
    assert [end for _, _, end in curve] == points[1:]
    for start, (first, second, end) in zip(points, curve, strict=False):
        reach = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5 / 2 + 1e-9
        for at, control in ((start, first), (end, second)):
            assert ((control[0] - at[0]) ** 2 + (control[1] - at[1]) ** 2) ** 0.5 <= reach

"""The map of the catalogue."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from tigertail.model import load, save
from tigertail.model.maps.map import read_map, save_map

Json = dict[str, Any]


def test_the_map_opens_zooms_and_shows_before_and_after(
    person: Any, expect: Any, star: Json, town: Any
) -> None:
    person.open(view="map")
    page = person.page
    in_view = page.locator(".visible-artists summary")
    expect(in_view).to_contain_text(f"{len(town.model.items)} artists in view")
    canvas = page.get_by_role("application", name="Map of")
    canvas.focus()
    for _ in range(4):
        page.keyboard.press("+")
    expect(in_view).not_to_contain_text(f"{len(town.model.items)} artists")
    page.keyboard.press("0")
    expect(in_view).to_contain_text(f"{len(town.model.items)} artists in view")
    person.screenshot("map-after")
    page.get_by_role("button", name="Before: naive CF").click()
    cold = (town.model.items["listeners"] == 0).sum()
    expect(page.locator(".map-header")).to_contain_text(f"Naive CF has no data on {cold} artists")
    person.screenshot("map-before")
    in_view.click()
    page.locator(".visible-list").get_by_role("link", name=star["name"], exact=True).click()
    expect(page.locator(".map-selection h2")).to_have_text(star["name"])
    expect(page.locator(".map-selection")).to_contain_text("Naive CF: 20 results")
    assert person.address == {"view": ["map"], "item": [f"id:{star['item_id']}"]}
    person.screenshot("map-query")


def test_a_dot_that_is_pressed_becomes_the_query(person: Any, expect: Any) -> None:
    person.open(view="map")
    page = person.page
    canvas = page.get_by_role("application", name="Map of")
    canvas.wait_for()
    where = page.evaluate(
        """async () => {
            const { Scene } = await import("/explorer/js/map/scene.js");
            const { Camera } = await import("/explorer/js/map/camera.js");
            const scene = new Scene(await (await fetch("/v1/map")).json());
            const box = document.querySelector("canvas").getBoundingClientRect();
            const camera = new Camera();
            camera.resize(box.width, box.height);
            Object.assign(camera, camera.fitting(scene.bounds()));
            const [x, y] = camera.toScreen(scene.x[100], scene.y[100]);
            return { x: x + box.left, y: y + box.top, name: scene.data.name[100], id: scene.data.id[100] };
        }"""
    )
    page.mouse.move(where["x"], where["y"])
    expect(page.locator(".tooltip")).to_contain_text(where["name"])
    page.mouse.click(where["x"], where["y"])
    expect(page.locator(".map-selection h2")).to_have_text(where["name"])
    assert person.address["item"] == [f"id:{where['id']}"]


def test_a_highlighted_country_shows_its_cohesion(person: Any, expect: Any) -> None:
    person.open(view="map")
    first = person.page.locator(".keys button").first
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(person.page.locator(".cohesion")).to_contain_text("are from the same country before")
    person.page.get_by_role("button", name="Zoom to this country").click()
    person.screenshot("map-country")


def test_a_country_that_is_searched_for_is_shown_and_let_go(person: Any, expect: Any) -> None:
    person.open(view="map")
    page = person.page
    first = page.locator(".keys button").first
    code = first.get_attribute("data-country")
    page.get_by_role("combobox", name="Highlight a country").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator(".map-legend .chip")).to_be_visible()
    expect(first).to_have_attribute("aria-pressed", "true")
    page.locator(".map-legend .chip").get_by_role("button", name="Remove").click()
    expect(page.locator(".map-legend .chip")).to_be_hidden()
    expect(first).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".cohesion")).to_be_empty()


def test_a_country_that_naive_cf_has_no_data_on_has_no_share(person: Any, expect: Any) -> None:
    def without_listeners(route: Any) -> None:
        answer = route.fetch()
        drawn = answer.json()
        counts = Counter(filter(None, drawn["country"]))
        largest = min(counts, key=lambda code: (-counts[code], code))
        pairs = zip(drawn["before"], drawn["country"], strict=True)
        drawn["before"] = [None if country == largest else point for point, country in pairs]
        route.fulfill(response=answer, json=drawn)

    person.page.route("**/v1/map", without_listeners)
    person.open(view="map")
    person.page.locator(".keys button").first.click()
    expect(person.page.locator(".cohesion")).to_contain_text("has no data on")


def test_a_missing_map_names_the_command_that_makes_one(person: Any, expect: Any) -> None:
    person.expected_statuses = {404}
    problem = {
        "title": "Not Found",
        "status": 404,
        "detail": "there is no map",
        "remedy": "tigertail map MODEL",
    }
    person.page.route("**/v1/map", lambda route: route.fulfill(status=404, body=json.dumps(problem)))
    person.open(view="map")
    expect(person.page.locator("#view-map")).to_contain_text("tigertail map MODEL")


def test_a_list_that_comes_when_its_query_is_gone_is_not_marked(
    person: Any, expect: Any, star: Json, town: Any
) -> None:
    page = person.page
    held: list[Any] = []
    page.route("**/v1/similar?*", lambda route: held.append(route))
    with page.expect_request("**/v1/similar?*"):
        person.open(view="map", item=star["item_id"])
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".chip")).to_have_count(0)
    answer = {"seeds": [{"id": star["item_id"]}], "items": [{"id": town.model.items["item_id"][1]}]}
    for route in held:
        route.fulfill(json=answer)
    page.wait_for_timeout(200)
    expect(page.locator(".map-selection")).to_contain_text("Search for an artist")


def test_a_view_whose_code_does_not_come_says_so(person: Any, expect: Any) -> None:
    person.expected_statuses = {503}
    person.page.route("**/js/map/map-view.js", lambda route: route.fulfill(status=503))
    person.open(view="map")
    expect(person.page.get_by_role("alert")).to_contain_text("Something went wrong on this page.")
    person.page.unroute("**/js/map/map-view.js")
    person.page.get_by_role("button", name="Try again").click()
    expect(person.page.get_by_role("application", name="Map of")).to_be_visible()


def test_a_map_is_that_of_the_model_that_answers(
    visit: Any, run: Any, expect: Any, town: Any, star: Json, tmp_path: Path
) -> None:
    shutil.copytree(town.folder, tmp_path / "model")
    person = visit(run(model=tmp_path / "model", reload_interval=0.1))
    person.open(view="map")
    in_view = person.page.locator(".visible-artists summary")
    expect(in_view).to_contain_text("artists in view")
    renamed = town.model.items.with_columns(pl.col("name") + " II")
    save(replace(town.model, items=renamed), tmp_path / "model")
    positions, new = read_map(town.folder), load(tmp_path / "model")
    assert positions is not None
    save_map(positions, new, tmp_path / "model")
    while person.get("models")["models"][0]["version"] != new.version:
        time.sleep(0.05)
    in_view.click()
    person.page.locator(".visible-list").get_by_role("link", name=star["name"], exact=True).click()
    expect(person.page.locator(".map-selection h2")).to_have_text(f"{star['name']} II")
    expect(person.page.locator("#footer")).to_contain_text(new.version)


def test_the_focus_stays_at_its_button_when_the_results_come(person: Any, expect: Any, star: Json) -> None:
    page, held = person.page, []
    page.route("**/v1/similar?*", lambda route: held.append(route))
    person.open(view="map", item=f"id:{star['item_id']}")
    button = page.get_by_role("button", name="Start a path here")
    button.focus()
    for route in held:
        route.continue_()
    expect(page.locator(".map-selection")).to_contain_text("20 results")
    expect(button).to_be_focused()

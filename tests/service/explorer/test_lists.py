"""The list, and naive CF's beside it."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from tigertail.model import load, save
from tigertail.model.maps.map import read_map, save_map

Json = dict[str, Any]


def test_one_list_is_shown_until_it_is_compared(person: Any, expect: Any, star: Json) -> None:
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.open(item=star["item_id"])
    expect(person.rows()).to_have_count(20)
    expect(person.page.locator("#column-naive")).to_be_hidden()
    assert not any("signal=cosine" in url for url in asked)
    person.page.get_by_role("button", name="Compare with naive CF").click()
    expect(person.rows("naive")).to_have_count(20)
    assert person.address["compare"] == ["1"]
    person.page.go_back()
    expect(person.page.locator("#column-naive")).to_be_hidden()


def test_a_bar_is_as_long_as_its_item_is_near(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.rows()).to_have_count(20)
    items = person.get("similar", item=star["item_id"])["items"]
    near = [item["affinity"] / items[0]["affinity"] for item in items]
    bars = person.page.locator(".nearness").evaluate_all(
        "bars => bars.map((bar) => bar.firstElementChild.offsetWidth / bar.offsetWidth)"
    )
    assert bars == [pytest.approx(one, abs=0.03) for one in near]


def test_both_lists_are_those_of_the_api(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"], compare="1")
    expect(person.rows("naive")).to_have_count(20)
    expect(person.rows()).to_have_count(20)
    assert person.item_ids() == person.similar(item=star["item_id"])
    assert person.item_ids("naive") == person.similar(item=star["item_id"], signal="cosine")
    both = set(person.item_ids()) & set(person.item_ids("naive"))
    marked = person.page.locator("#column-tigertail .row.both").evaluate_all(
        "rows => rows.map((row) => row.dataset.id)"
    )
    assert set(marked) == both
    summary = person.page.locator("#column-tigertail .summary")
    tail = sum(
        item["stratum"] in ("tail", "cold") for item in person.get("similar", item=star["item_id"])["items"]
    )
    expect(summary.locator("dd").first).to_have_text(f"{round(tail / 20 * 100)}%")
    expect(summary.locator("line.stripe")).to_have_count(20)
    person.screenshot("lists")


def test_a_listed_item_becomes_the_query_and_back_returns(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    second = person.rows().nth(1)
    name = second.locator("a.item-link").inner_text()
    second.locator("a.item-link").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(name)
    person.page.go_back()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(star["name"])
    assert person.item_ids() == person.similar(item=star["item_id"])


def test_an_item_opens_even_if_its_id_is_the_name_of_a_better_known_one(
    visit: Any, run: Any, expect: Any, town: Any, star: Json, tmp_path: Path
) -> None:
    items = town.model.items
    shadowed = items.row(len(items) // 2, named=True)
    ids = pl.when(pl.col("item_id") == shadowed["item_id"]).then(pl.lit(star["name"])).otherwise("item_id")
    save(replace(town.model, items=items.with_columns(ids.alias("item_id"))), tmp_path / "model")
    person = visit(run(model=tmp_path / "model"))
    title = person.page.get_by_role("heading", level=1)
    person.open(item=star["name"])
    expect(title).to_have_text(star["name"])
    person.page.keyboard.press("/")
    person.page.keyboard.type(shadowed["name"])
    person.page.keyboard.press("Enter")
    expect(title).to_have_text(shadowed["name"])
    assert person.address == {"item": [f"id:{star['name']}"]}
    expect(person.page.locator(".chip")).to_have_text(shadowed["name"])
    person.page.reload()
    expect(title).to_have_text(shadowed["name"])


def test_a_playlist_of_two_is_one_query(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    second = person.rows().first.get_attribute("data-id")
    person.rows().first.get_by_role("button", name="to the playlist").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("A playlist of 2")
    assert person.address == {"item": [star["item_id"], f"id:{second}"]}
    assert person.item_ids() == person.similar(item=[star["item_id"], second])
    person.screenshot("playlist")
    person.page.get_by_role("button", name=f"Remove {star['name']}").click()
    expect(person.page.locator(".chip")).to_have_count(1)
    assert person.address == {"item": [f"id:{second}"]}


def test_naive_cf_has_no_list_for_an_artist_without_listeners(person: Any, expect: Any, cold: Json) -> None:
    person.open(item=cold["item_id"], compare="1")
    expect(person.page.locator("#column-naive")).to_contain_text(
        "Naive CF has no list: this artist has no listeners."
    )
    assert person.item_ids() == person.similar(item=cold["item_id"])
    expect(person.page.locator(".weights")).not_to_contain_text("listening 1")
    person.screenshot("cold")


def test_an_unknown_name_brings_suggestions(person: Any, expect: Any, star: Json) -> None:
    person.expected_statuses = {404}
    person.open(item=star["name"][:-2] + "xq")
    trouble = person.page.get_by_role("alert")
    expect(trouble).to_contain_text("No item called")
    expect(trouble).to_contain_text("Is it one of these?")
    trouble.get_by_role("link", name=star["name"]).first.click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(star["name"])


def test_tracks_are_named_after_their_artists(
    visit: Any, run: Any, expect: Any, town: Any, tmp_path: Path
) -> None:
    whose = pl.concat_str(pl.lit("Zorb "), pl.col("item_id")).alias("artist_name")
    tracks = town.model.items.with_columns(pl.lit("track").alias("kind"), whose)
    save(replace(town.model, items=tracks), tmp_path / "model")
    positions = read_map(town.folder, load(town.folder).version)
    assert positions is not None
    save_map(positions, load(tmp_path / "model"), tmp_path / "model")
    person = visit(run(model=tmp_path / "model"))
    names = {row["item_id"]: f"{row['artist_name']} - {row['name']}" for row in tracks.iter_rows(named=True)}
    first = tracks["item_id"][0]
    person.open()
    person.page.keyboard.press("/")
    person.page.keyboard.type(tracks["name"][0])
    expect(person.page.locator(".option-name").first).to_have_text(names[first])
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(names[first])
    expect(person.page.locator(".chip .name")).to_have_text(names[first])
    expect(person.page).to_have_title(f"{names[first]} · Tigertail")
    person.page.get_by_role("button", name="Compare with naive CF").click()
    expect(person.rows("naive").first).to_be_visible()
    for column in ("tigertail", "naive"):
        links = person.rows(column).locator("a.item-link")
        expect(links).to_have_text([names[item] for item in person.item_ids(column)])
    person.open(item=first, view="map")
    expect(person.page.locator(".map-side h2, aside h2, h2").filter(has_text=names[first])).to_have_count(1)


def test_an_artist_can_be_read_about_elsewhere(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    links = person.page.get_by_role("list", name=f"{star['name']} elsewhere").get_by_role("link")
    expect(links).to_have_text(["MusicBrainz", "Wikipedia", "Bandcamp"])  # invented artists have no MBID
    words = star["name"].replace(" ", "%20")
    assert links.last.get_attribute("href") == f"https://bandcamp.com/search?q={words}"
    assert links.first.get_attribute("rel") == "noopener noreferrer"


def test_an_mbid_leads_to_the_artist_itself(person: Any, expect: Any, star: Json) -> None:
    mbid = "65f4f0c5-ef9e-490c-aee3-909e7ae6b2ab"
    details = person.get(f"items/{star['item_id']}") | {"more": {"mbid": mbid}}
    person.page.route("**/v1/items/*", lambda route: route.fulfill(json=details))
    person.open(item=star["item_id"])
    links = person.page.get_by_role("list", name=f"{star['name']} elsewhere").get_by_role("link")
    expect(links).to_have_text(["MusicBrainz", "ListenBrainz", "Wikipedia", "Bandcamp"])
    assert links.first.get_attribute("href") == f"https://musicbrainz.org/artist/{mbid}"


def test_the_window_is_named_after_the_view(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.page).to_have_title(f"{star['name']} · Tigertail")
    person.page.get_by_role("link", name="Map", exact=True).click()
    expect(person.page).to_have_title("Map · Tigertail")
    person.page.go_back()
    expect(person.page).to_have_title(f"{star['name']} · Tigertail")


def test_a_list_that_comes_late_does_not_name_another_view(person: Any, expect: Any, star: Json) -> None:
    held: list[Any] = []
    person.page.route("**/v1/similar?*", lambda route: held.append(route))
    with person.page.expect_request("**/v1/similar?*"):
        person.open(item=star["item_id"])
    person.page.get_by_role("link", name="Evaluation").click()
    expect(person.page).to_have_title("Evaluation · Tigertail")
    for route in held:
        route.continue_()
    expect(person.rows()).to_have_count(20)
    assert person.page.title() == "Evaluation · Tigertail"


def test_the_start_page_asks_by_id(person: Any, expect: Any, town: Any) -> None:
    """A bare id may be the name of a better-known item."""
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.open()
    expect(person.page.locator(".start-groups section:not(.skeleton)").last).to_be_visible()
    popular = [f"id:{item}" for item in town.model.items["item_id"].head(4)]
    queries = [parse_qs(urlsplit(url).query) for url in asked if "/v1/similar" in url]
    assert [query["item"] for query in queries] == [popular, popular]


def test_lists_are_drawn_as_of_the_model_that_answers(
    visit: Any, run: Any, expect: Any, town: Any, star: Json, tmp_path: Path
) -> None:
    """In the new model all artists have more listeners than the best known one of the old."""
    shutil.copytree(town.folder, tmp_path / "model")
    service = run(model=tmp_path / "model", reload_interval=0.1)
    person, other = visit(service), visit(service)
    person.open(item=star["item_id"])
    expect(person.rows().first).to_be_visible()
    many = town.model.items.with_columns(pl.col("listeners") + 1000)
    save(replace(town.model, items=many), tmp_path / "model")
    new = load(tmp_path / "model")
    while person.get("models")["models"][0]["version"] != new.version:
        time.sleep(0.05)
    person.rows().first.locator("a.item-link").click()
    expect(person.page.locator("#footer")).to_contain_text(new.version)
    other.page.goto(person.page.url)
    places = []
    for one in (person, other):
        stripes = one.page.locator("#column-tigertail .long-tail line")
        expect(stripes).to_have_count(20)
        places.append(stripes.evaluate_all("all => all.map((one) => one.getAttribute('x1'))"))
    assert places[0] == places[1]

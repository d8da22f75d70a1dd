"""The view of one artist: where its listeners are, what people say of it, and what is near from here and elsewhere."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def name_of(page: Any, country: str) -> str:
    """Return what the browser calls a country."""
    return str(page.evaluate("code => new Intl.DisplayNames(['en'], { type: 'region' }).of(code)", country))


def test_an_artist_is_reached_from_the_list_and_says_where_its_listeners_are(
    person: Any, expect: Any, star: Json
) -> None:
    page = person.page
    person.open(item=star["item_id"])
    page.locator(".query-header h1 a").click()
    expect(page.locator(".artist h1")).to_have_text(star["name"])
    assert person.address == {"view": ["artist"], "item": [f"id:{star['item_id']}"]}

    details = person.get(f"items/{star['item_id']}")
    told = {place["code"]: place["share"] for place in details["places"]}
    assert told  # the town has listeners in many countries
    rows = page.locator(".places tbody tr")
    expect(rows).to_have_count(len(told))
    largest = details["places"][0]
    expect(rows.first).to_contain_text(f"{round(100 * largest['share'])}%")
    drawn = page.locator(".country-shape.has-share").evaluate_all(
        "all => all.map((one) => one.dataset.country)"
    )
    assert set(drawn) == {code for code in told if code.isalpha()}  # a region has no outline
    spoken = f"{name_of(page, largest['code'])} {round(100 * largest['share'])}%"
    assert spoken in page.locator(".world-map svg").get_attribute("aria-label")
    labels = page.locator(".labels li bdi")
    expect(labels).to_have_count(len(details["labels"]))
    expect(page.get_by_role("link", name="Wikipedia")).to_be_visible()
    person.screenshot("artist")


def test_what_is_near_from_a_country_stands_beside_what_is_near_from_everywhere(
    person: Any, expect: Any, star: Json
) -> None:
    page = person.page
    person.open(view="artist", item=star["name"])  # a name, as a person would type it
    lists = page.locator(".near-list")
    expect(lists).to_have_count(2)
    places = [place["code"] for place in person.get("models")["models"][0]["places"]]
    other = places[1]
    page.locator(".place-select select").select_option(other)
    expect(lists.first.locator("h3")).to_have_text(f"From {name_of(page, other)}")
    assert person.address["country"] == [other]

    def listed(index: int) -> list[str]:
        return list(lists.nth(index).locator("li").evaluate_all("rows => rows.map((row) => row.dataset.id)"))

    here, world = (person.similar(item=star["item_id"], n=8, **lens) for lens in ({"country": other}, {}))
    assert (listed(0), listed(1)) == (here, world)
    marked = lists.first.locator("li.only").evaluate_all("rows => rows.map((row) => row.dataset.id)")
    assert marked == [item for item in here if item not in world]
    lists.first.locator("a").first.press("Enter")
    expect(page.locator(".artist h1")).not_to_have_text(star["name"])
    assert person.address["item"] == [f"id:{here[0]}"]
    page.go_back()
    expect(page.locator(".artist h1")).to_have_text(star["name"])


def test_every_answer_leads_to_its_artist_even_one_without_listeners(
    visit: Any, expect: Any, cold: Json
) -> None:
    person = visit(width=390, height=844)
    page = person.page
    person.open(item=cold["item_id"])
    row = person.rows().first
    first = row.locator(".item-link").inner_text()
    row.get_by_role("link", name=f"About {first}").click()
    expect(page.locator(".artist h1")).to_have_text(first)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    person.open(view="artist", item=f"id:{cold['item_id']}")
    expect(page.locator(".listeners")).to_contain_text("No listeners in the data.")
    expect(page.locator(".near-list li").first).to_be_visible()
    person.open(view="artist")
    expect(page.locator("#view-artist")).to_contain_text("No artist is chosen.")


def test_the_shapes_are_those_of_the_countries(person: Any) -> None:
    person.open()
    shapes, dots = person.page.evaluate(
        """async () => {
            const { SHAPES, DOTS } = await import("/explorer/js/artist/world-shapes.js");
            return [Object.keys(SHAPES), Object.keys(DOTS)];
        }"""
    )
    assert {"BR", "PL", "JP", "XK"} <= set(shapes)
    assert {"SG", "MT"} <= set(dots)
    assert not set(shapes) & set(dots)

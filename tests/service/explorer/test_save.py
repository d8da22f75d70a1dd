"""A list is taken along: as a playlist, as a table, as text."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]
RECORD_TEXTS = """
    window.drawn = [];
    const fillText = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (words, x, y) {
        window.drawn.push({ words, x, y, align: this.textAlign, direction: this.direction });
        fillText.call(this, words, x, y);
    };
"""
FIRST_PIXEL = """async (data) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    context.drawImage(picture, 0, 0);
    return [picture.width, picture.height, ...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}"""


@pytest.fixture
def listing(person: Any, expect: Any, star: Json) -> Any:
    """A person who looks at ten answers."""
    person.open(item=star["item_id"], n="10")
    expect(person.rows()).to_have_count(10)
    return person


def saved(person: Any, entry: str) -> Path:
    person.page.locator(".list-tools .menu summary").click()
    with person.page.expect_download() as started:
        person.page.get_by_role("button", name=entry).click()
    person.name = started.value.suggested_filename
    return Path(started.value.path())


def names(person: Any) -> list[str]:
    return person.rows().locator("a.item-link").all_inner_texts()


def test_a_playlist_has_the_items_of_the_list_in_its_order(listing: Any, star: Json) -> None:
    tracks = json.loads(saved(listing, "Playlist (JSPF)").read_text("utf-8"))["playlist"]["track"]
    assert [track["title"] for track in tracks] == names(listing)
    assert listing.name == f"after-{star['name'].replace(' ', '-')}.jspf"
    lines = saved(listing, "Playlist (M3U)").read_text("utf-8").splitlines()
    assert [line.split(",", 1)[1] for line in lines if line.startswith("#EXTINF")] == names(listing)


def test_a_table_has_what_the_page_shows_of_each_item(listing: Any, star: Json) -> None:
    with saved(listing, "Table (CSV)").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = listing.get("similar", item=star["item_id"], n=10)["items"]
    assert [row["id"] for row in rows] == [item["id"] for item in expected]
    assert [int(row["listeners"]) for row in rows] == [item["listeners"] for item in expected]
    assert rows[0]["name"] == expected[0]["name"]


def test_a_list_is_copied_as_text(listing: Any, expect: Any) -> None:
    listing.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    listing.page.locator(".list-tools .menu summary").click()
    listing.screenshot("save")
    listing.page.get_by_role("button", name="Copy as text").click()
    expect(listing.page.locator(".toast")).to_have_text("Copied.")
    lines = listing.page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines == [f"{rank}. {name}" for rank, name in enumerate(names(listing), start=1)]


def test_escape_closes_the_menu(listing: Any, expect: Any) -> None:
    listing.page.locator(".list-tools .menu summary").press("Enter")
    expect(listing.page.get_by_role("button", name="Table (CSV)")).to_be_visible()
    listing.page.get_by_role("button", name="Table (CSV)").press("Escape")
    expect(listing.page.get_by_role("button", name="Table (CSV)")).to_be_hidden()
    expect(listing.page.locator(".list-tools .menu summary")).to_be_focused()


@pytest.mark.parametrize(
    ("language", "scheme", "entry", "paper"),
    [
        ("en", "light", "Image (PNG)", [251, 248, 242]),
        ("ar", "dark", "صورة (PNG)", [21, 18, 15]),
    ],
)
def test_an_image_shows_the_list_as_the_page_does(
    visit: Any, expect: Any, star: Json, language: str, scheme: str, entry: str, paper: list[int]
) -> None:
    person = visit(color_scheme=scheme)
    page = person.page
    page.add_init_script(RECORD_TEXTS)
    person.open(item=star["item_id"], n="10", country="BR", lang=language)
    expect(person.rows()).to_have_count(10)
    picture = saved(person, entry).read_bytes()
    assert person.name.endswith(".png")
    drawn = page.evaluate("window.drawn")
    words = [one["words"].strip("\u2067\u2068\u2069") for one in drawn]
    assert star["name"] in words
    assert [word for word in words if word in names(person)] == names(person)
    place = page.evaluate(
        "language => new Intl.DisplayNames([language], { type: 'region' }).of('BR')", language
    )
    assert place in words[-1]  # the lens
    title = drawn[words.index(star["name"])]
    side = "right" if language == "ar" else "left"
    assert (title["align"], title["direction"]) == (side, "ltr")
    decoded = visit(bypass_csp=True)
    decoded.open()
    width, height, *corner = decoded.page.evaluate(FIRST_PIXEL, base64.b64encode(picture).decode())
    assert corner == paper
    assert (width, height > width) == (1520, True)
    starts = {one["x"] for one in drawn if one["words"] in names(person)}
    assert len(starts) == 1
    assert (starts.pop() > width / 4) == (language == "ar")  # two pixels for each unit


def test_what_could_not_be_copied_is_not_said_to_be(listing: Any, expect: Any) -> None:
    page = listing.page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.execCommand = () => false")
    page.locator(".list-tools .menu summary").click()
    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator(".toast")).to_contain_text("Something went wrong on this page.")

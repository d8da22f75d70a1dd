"""The languages of the page: how one is chosen, and every view in several, at every size, in both themes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]
AXE = Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js"
LAYOUT = (Path(__file__).parent / "layout.js").read_text("utf-8")
ENGLISH_LEFT = (Path(__file__).parent / "english_left.js").read_text("utf-8")
PHONE = {"width": 390, "height": 740}
SIZES = (PHONE["width"], 740), (360, 740), (700, 900), (820, 1180), (1440, 900), (1600, 900)
AUDITED = {"light": 390, "dark": 1440}  # the width at which each theme is audited
WHOLE = {"tooWide": False, "cut": [], "broken": [], "outside": [], "covered": []}
DRAWN = """async (frames) => {
    // The map is drawn in the frame after the one that gave it its size.
    for (let frame = 0; frame < frames; frame += 1) await new Promise(requestAnimationFrame);
}"""
AUDIT = """async () => {
    const only = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
    const { violations } = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]);
}"""
RECORD_NAMES = """(() => {
    const { drawImage, putImageData } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.putImageData = function (...given) {
        this.canvas.drawn = [];
        return putImageData.apply(this, given);
    };
    CanvasRenderingContext2D.prototype.drawImage = function (...given) {
        this.canvas.drawn?.push(given.slice(1));
        return drawImage.apply(this, given);
    };
})()"""


def ready(person: Any, view: str) -> None:
    """Wait until a view is whole."""
    whole = {
        "start": ".start-groups a",
        "list": "#column-tigertail .row[data-id]",
        "artist": ".near-list li",
        "evaluation": ".chart-panel",
        "map": ".map-selection .primary",
    }
    person.page.locator(whole[view]).first.wait_for()
    person.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("language", ["en", "pl", "ar"])
def test_every_view_is_whole_in_every_size_and_theme(visit: Any, star: Json, language: str) -> None:
    person = visit(reduced_motion="reduce")
    page = person.page
    page.add_init_script(RECORD_NAMES)
    views: dict[str, Json] = {
        "start": {},
        "list": {"item": star["item_id"], "country": "PL", "beta": "1"},
        "artist": {"view": "artist", "item": star["item_id"]},
        "evaluation": {"view": "evaluation"},
        "map": {"view": "map", "item": star["item_id"]},
    }
    problems = []
    for view, state in views.items():
        page.set_viewport_size(PHONE)
        person.open(lang=language, **state)
        ready(person, view)
        if view == "list":
            first = person.rows().first.bounding_box()
            assert first["y"] + first["height"] <= PHONE["height"], (
                "the first answer is not on the first screen"
            )
            for menu in page.locator(".menu").all():
                menu.locator("summary").click()
                entries = menu.locator(".menu-entries").bounding_box()
                assert 0 <= entries["x"] <= PHONE["width"] - entries["width"]
            page.keyboard.press("Escape")
            person.rows().first.locator("summary").click()
        page.evaluate(AXE.read_text("utf-8"))
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.evaluate(DRAWN, 3 if view == "map" else 1)
                found = page.evaluate(LAYOUT)
                audit = page.evaluate(AUDIT) if AUDITED[theme] == width else []
                problems += [(view, width, theme, found, audit)] if found != WHOLE or audit else []
                if AUDITED[theme] == width:
                    person.screenshot(f"{view}-{language}-{width}")
        if language != "en":
            problems += [(view, text) for text in page.evaluate(ENGLISH_LEFT)]
    assert problems == []


def test_the_language_is_that_of_the_browser_unless_the_address_names_another(
    visit: Any, expect: Any, star: Json
) -> None:
    person = visit(locale="pl-PL")
    page = person.page
    person.open(view="map", item=star["item_id"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Katalog jako mapa")
    expect(page).to_have_title("Mapa · Tigertail")
    assert page.locator("html").get_attribute("lang") == "pl"
    person.open(view="map", item=star["item_id"], lang="ar")
    expect(page).to_have_title("الخريطة · Tigertail")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator(".tabs a").first.click()
    expect(person.rows()).to_have_count(20)
    assert person.address["lang"] == ["ar"]  # a link keeps it
    name = person.rows().first.locator("a.item-link").inner_text()
    # The name is isolated from its sentence.
    add = page.get_by_role("button", name=f"أضف \u2068{name}\u2069 إلى قائمة التشغيل")
    expect(add).to_be_visible()
    person.open(lang="xx")
    expect(page.get_by_role("link", name="Listy")).to_be_visible()


def test_a_chosen_language_is_stored_on_the_own_machine(person: Any, expect: Any) -> None:
    person.open()
    page = person.page
    page.locator("#language summary").press("Enter")
    entries = page.locator("#language .menu-entries a")
    expect(entries).to_have_text(
        ["العربية", "Deutsch", "English", "Español", "Français", "日本語", "Polski", "Português"]
    )
    for key in ("Tab", "Tab", "Enter"):  # past the first, with the keyboard alone
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("Pack die Musik am Schwanz.")
    assert "lang" not in person.address
    person.open(view="evaluation")
    expect(page).to_have_title("Auswertung · Tigertail")


def test_without_consent_the_address_holds_the_language(visit: Any, run: Any, expect: Any) -> None:
    running = run(hosts=["elsewhere.test"], feedback={"consent": True})
    person = visit(replace(running, url=running.url.replace("127.0.0.1", "elsewhere.test")))
    person.open()
    page = person.page
    page.locator("#language summary").click()
    page.get_by_role("link", name="日本語").click()
    expect(page.get_by_role("button", name="許可しない")).to_be_visible()
    assert person.address == {"lang": ["ja"]}
    assert person.stored == []


def test_words_of_the_server_are_marked_as_english(person: Any, expect: Any) -> None:
    person.expected_statuses = {404}
    person.open(item="qqqqzzzzxx", lang="pl")
    alert = person.page.get_by_role("alert")
    expect(alert).to_contain_text("Nie znaleziono.")
    expect(alert.locator("[lang=en]")).to_have_text(["No item called 'qqqqzzzzxx'."])
    expect(alert.locator("[lang=en][dir=ltr]")).to_have_count(1)
    expect(alert).to_contain_text("Poszukaj innej pisowni albo innej nazwy.")


def test_numbers_places_and_evidence_are_in_the_language(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"], lang="de")
    expect(person.rows()).to_have_count(20)
    person.rows().first.locator("summary").click()
    first = person.rows().first
    why = person.get("similar", item=star["item_id"], why="true")["items"][0]["why"]
    listening = next(part for part in why if part["signal"] == "listening")
    common = listening["evidence"].split()[0]
    expect(first.locator(".evidence").first).to_contain_text(f"{common} gemeinsame Hörer")
    expect(first.locator(".evidence-list .share").nth(1)).to_contain_text(",")  # a decimal comma
    person.page.locator("details.explanation").evaluate_all(
        "all => all.forEach((one) => { one.open = true; })"
    )
    expect(person.page.locator(".evidence[lang=en]")).to_have_count(0)
    words = " ".join(person.page.locator(".evidence").all_inner_texts())
    assert "Beide: " in words
    assert "über dem Durchschnitt" in words
    expect(person.page.locator(".query-header .home")).to_have_text(
        person.page.evaluate(
            "code => new Intl.DisplayNames(['de'], {type: 'region'}).of(code)", star["country"]
        )
    )


def first_has(page: Any, fact: Json) -> None:
    """Let a fact be the evidence of each signal for the first answer."""

    def told(route: Any) -> None:
        answer = route.fetch().json()
        for part in answer["items"][0].get("why", []):
            part |= {"evidence": fact.get("text", ""), "facts": [fact]}
        route.fulfill(json=answer)

    page.route("**/v1/similar?*", told)


def test_evidence_of_several_names_one_and_that_of_another_maker_stays_english(
    person: Any, expect: Any, star: Json, cold: Json
) -> None:
    page = person.page
    first_has(page, {"kind": "next", "text": "next in the catalogue"})
    person.open(item=[star["item_id"], cold["item_id"]], lang="pl")
    expect(person.rows()).to_have_count(20)
    page.locator("details.explanation").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    first, second = (person.rows().nth(rank).locator(".evidence") for rank in (0, 1))
    expect(first.first).to_have_text("Next in the catalogue.")
    expect(first.first).to_have_attribute("lang", "en")
    assert second.first.get_attribute("lang") is None
    assert second.first.inner_text().startswith((f"{star['name']} – ", f"{cold['name']} – "))


def test_a_place_is_named_once_with_its_country(person: Any, expect: Any, star: Json) -> None:
    page = person.page
    first_has(page, {"kind": "shared_labels", "names": [{"key": "home", "name": "Berlin, Berlin, DE"}]})
    person.open(item=star["item_id"], lang="pl")
    page.locator("details.explanation").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    expect(person.rows().first.locator(".evidence").first).to_contain_text("Berlin, Niemcy")

"""The page as a person uses it: with a keyboard, a finger, a small screen, and no network but the server's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

Json = dict[str, Any]
VIEWS = ("lists", "map", "evaluation")


@pytest.fixture(scope="module")
def expect() -> Callable[..., Any]:
    """Playwright's assertion, which waits a little for what is to come."""
    made = pytest.importorskip("playwright.sync_api").expect
    made.set_options(timeout=20_000)
    return made


@pytest.fixture(scope="module")
def star(town: Any) -> Json:
    """The most heard artist whose name a test can mistype."""
    latin = town.model.items.filter(pl.col("name").str.contains(r"^[A-Za-z ]{9,}$"))
    return latin.row(0, named=True)


@pytest.fixture(scope="module")
def cold(town: Any) -> Json:
    """An artist nobody has heard of whom something is known."""
    for row in town.model.items.filter(pl.col("listeners") == 0).iter_rows(named=True):
        if len(town.model.similar(row["item_id"], 5)):
            return row
    raise AssertionError("nothing is known of any unheard artist")


def rows(person: Any, column: str = "ours") -> Any:
    return person.page.locator(f"#column-{column} .row[data-id]")


def ids(person: Any, column: str = "ours") -> list[str]:
    return rows(person, column).evaluate_all("rows => rows.map((row) => row.dataset.id)")


def sent(person: Any) -> None:
    """Wait until the server has acknowledged all there was to say."""
    person.page.wait_for_function("() => localStorage.getItem('tigertail.feedback') === '[]'")


def listed(answer: Json) -> list[str]:
    return [item["id"] for item in answer["items"]]


# Search


def test_a_name_with_a_typo_is_found_and_chosen_with_the_keyboard(
    person: Any, expect: Any, star: Json
) -> None:
    person.open()
    page = person.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Take the music by the tail.")
    page.locator(".start-groups a").first.wait_for()
    person.keep("start")
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
    person.keep("search")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert person.address == {"item": [star["item_id"]]}
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_enter_at_once_takes_the_best_match(person: Any, expect: Any, star: Json) -> None:
    person.open()
    person.page.keyboard.press("/")
    person.page.keyboard.type(star["name"].lower())
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(star["name"])


def test_what_resembles_nothing_is_said_to(person: Any, expect: Any) -> None:
    person.open()
    person.page.get_by_role("combobox").fill("qqqqqqzzzzzxxxx")
    expect(person.page.locator(".options .none")).to_contain_text("Nothing like")
    person.page.keyboard.press("Escape")
    expect(person.page.locator(".search .options")).to_be_hidden()


# Lists


def test_naive_cf_stands_beside_tigertail(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(rows(person)).to_have_count(20)
    assert ids(person) == listed(person.ask("similar", item=star["item_id"]))
    assert ids(person, "naive") == listed(person.ask("similar", item=star["item_id"], signal="cosine"))
    both = set(ids(person)) & set(ids(person, "naive"))
    marked = person.page.locator("#column-ours .row.both").evaluate_all(
        "rows => rows.map((row) => row.dataset.id)"
    )
    assert set(marked) == both
    summary = person.page.locator("#column-ours .summary")
    tail = sum(
        item["stratum"] in ("tail", "cold") for item in person.ask("similar", item=star["item_id"])["items"]
    )
    expect(summary.locator("dd").first).to_have_text(f"{round(tail / 20 * 100)}\u202f%")
    expect(summary.locator("line.stripe")).to_have_count(20)
    person.keep("lists")


def test_a_line_becomes_the_query_and_back_goes_back(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    second = rows(person).nth(1)
    name = second.locator("a.call").inner_text()
    second.locator("a.call").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(name)
    person.page.go_back()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(star["name"])
    assert ids(person) == listed(person.ask("similar", item=star["item_id"]))


def test_a_playlist_of_two_is_asked_about_at_once(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    second = rows(person).first.get_attribute("data-id")
    rows(person).first.get_by_role("button", name="to the playlist").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("A playlist of 2")
    assert person.address == {"item": [star["item_id"], second]}
    assert ids(person) == listed(person.ask("similar", item=[star["item_id"], second]))
    person.keep("playlist")
    person.page.get_by_role("button", name=f"Remove {star['name']}").click()
    expect(person.page.locator(".chip")).to_have_count(1)
    assert person.address == {"item": [second]}


def test_of_an_unheard_artist_naive_cf_is_silent(person: Any, expect: Any, cold: Json) -> None:
    person.open(item=cold["item_id"])
    expect(person.page.locator("#column-naive")).to_contain_text("Naive CF is silent: nobody has played it.")
    assert ids(person) == listed(person.ask("similar", item=cold["item_id"]))
    expect(person.page.locator(".weights")).not_to_contain_text("listening 1")
    person.keep("cold")


def test_a_why_is_read_with_the_keyboard(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    why = rows(person).first.locator("details.why")
    why.locator("summary").focus()
    person.page.keyboard.press("Enter")
    first = person.ask("similar", item=star["item_id"], why="true")["items"][0]["why"][0]
    expect(why.locator("li").first).to_contain_text(first["signal"])
    expect(why.locator("li").first).to_contain_text(first["evidence"][1:])
    person.keep("why")


def test_an_unknown_name_is_told_with_names_that_are_close(person: Any, expect: Any, star: Json) -> None:
    person.forgiven = {404}
    person.open(item=star["name"][:-2] + "xq")
    trouble = person.page.get_by_role("alert")
    expect(trouble).to_contain_text("No item called")
    trouble.get_by_role("link", name=star["name"]).first.click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(star["name"])


# Dials


def test_a_country_is_chosen_as_the_place_to_look_from(person: Any, expect: Any, star: Json) -> None:
    place = next(
        place
        for place in person.ask("models")["models"][0]["places"]
        if len(place["code"]) == 2 and place["name"].isascii()
    )
    person.open(item=star["item_id"])
    page = person.page
    expect(rows(person)).to_have_count(20)
    field = page.get_by_role("combobox", name="Look from which country")
    field.click()
    expect(page.get_by_role("option").first).to_contain_text("The whole world")
    field.press_sequentially(place["name"][:5])
    expect(page.get_by_role("option").first).to_contain_text(place["name"])
    expect(page.get_by_role("option").first).to_contain_text(str(place["listeners"]))
    field.press("ArrowDown")
    field.press("Enter")
    asked = {"item": star["item_id"], "country": place["code"]}
    expect(page.locator(".columns.stale")).to_have_count(0)
    page.get_by_role("slider", name="Strength").press("End")
    expect(page.locator(".turned")).to_have_text("2 turned")
    want = listed(person.ask("similar", **asked, lens=1))
    page.wait_for_function(
        "want => document.querySelector('#column-ours .row').dataset.id === want", arg=want[0]
    )
    expect(page.locator(".columns.stale")).to_have_count(0)
    assert person.address == {"item": [star["item_id"]], "country": [place["code"]], "lens": ["1"]}
    assert ids(person) == want
    person.keep("country")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".turned")).to_have_text("")
    assert person.address == {"item": [star["item_id"]]}


def test_the_dial_of_adventurousness_changes_the_list(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(rows(person)).to_have_count(20)
    slider = person.page.get_by_role("slider", name="Adventurousness")
    expect(slider).to_have_attribute("aria-valuetext", "balanced, as tuned")
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "deep in the tail")
    want = listed(person.ask("similar", item=star["item_id"], beta=1.2))
    person.page.wait_for_function(
        "want => document.querySelector('#column-ours .row').dataset.id === want", arg=want[0]
    )
    assert person.address["beta"] == ["1.2"]
    assert ids(person) == want
    assert ids(person, "naive") == listed(person.ask("similar", item=star["item_id"], signal="cosine"))
    person.keep("adventurous")


def test_what_may_be_listed_holds_for_both_lists(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    for stratum in ("head", "mid", "cold"):
        person.page.get_by_role("checkbox", name=stratum, exact=True).uncheck()
    expect(person.page.locator(".columns.stale")).to_have_count(0)
    assert person.address["stratum"] == ["tail"]
    expect(person.page.get_by_role("checkbox", name="tail", exact=True)).to_be_disabled()
    for column in ("ours", "naive"):
        expect(person.page.locator(f"#column-{column} .row .stratum:not(.tail)")).to_have_count(0)
        assert ids(person, column)


def test_signals_are_switched_off_one_by_one_but_never_all(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    boxes = person.page.get_by_role("region", name="Signals").get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    for place in range(boxes.count() - 1):
        boxes.nth(place).uncheck()
    expect(boxes.last).to_be_disabled()
    assert len(person.address["without"]) == boxes.count() - 1


# Feedback


def test_a_thumb_reaches_the_store_with_the_list_it_was_shown_in(
    person: Any, expect: Any, star: Json
) -> None:
    person.open(item=star["item_id"])
    liked = rows(person).nth(2)
    liked.get_by_role("button", name="Good answer").click()
    expect(liked.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    expect(person.page.locator(".saved")).to_have_text("Saved")
    person.keep("thumb")
    events = person.events
    shown = events.filter(pl.col("kind") == "impression").sort("rank")
    assert shown["item"].to_list() == ids(person)
    assert shown["rank"].to_list() == list(range(1, 21))
    (like,) = events.filter(pl.col("kind") == "like").to_dicts()
    assert (like["query"], like["item"], like["rank"]) == (star["item_id"], ids(person)[2], 3)
    assert set(events["list_id"]) == {like["list_id"]}
    assert set(events["model"]) == {person.ask("models")["models"][0]["version"]}


def test_a_list_that_stands_is_an_impression_and_only_once(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.page.locator(".saved")).to_have_text("Saved")
    person.page.get_by_role("link", name="Evaluation").click()
    person.page.get_by_role("link", name="Lists").click()
    rows(person).first.get_by_role("button", name="Bad answer").click()
    sent(person)
    assert person.events["kind"].value_counts().sort("kind").rows() == [("dislike", 1), ("impression", 20)]


def test_feedback_waits_for_a_store_that_is_away_and_is_not_counted_twice(
    person: Any, expect: Any, star: Json
) -> None:
    person.forgiven = {503}
    problem = {
        "title": "Service Unavailable",
        "status": 503,
        "detail": "the store is locked",
        "remedy": "wait",
    }
    person.page.route(
        "**/v1/feedback",
        lambda route: route.fulfill(
            status=503,
            content_type="application/problem+json",
            body=json.dumps(problem),
            headers={"Retry-After": "1"},
        ),
    )
    person.open(item=star["item_id"])
    rows(person).first.get_by_role("button", name="Good answer").click()
    expect(person.page.locator(".saved")).to_have_text("21 events will retry")
    person.keep("will-retry")
    waiting = {event["event_id"] for event in _waiting(person)}
    assert person.events.is_empty()
    person.page.unroute("**/v1/feedback")
    person.page.reload()  # what is not sent outlives the page
    sent(person)
    assert waiting <= set(person.events["event_id"])
    assert person.events["event_id"].n_unique() == len(person.events)


def _waiting(person: Any) -> list[Json]:
    return json.loads(person.page.evaluate("localStorage.getItem('tigertail.feedback')"))


def test_one_bad_event_does_not_keep_the_others_back(person: Any, expect: Any, star: Json) -> None:
    person.forgiven = {422}
    person.open()
    listener = person.page.evaluate("() => localStorage['tigertail.listener'] = 'somebody'")
    event = {"kind": "like", "query": "q", "item": "i", "rank": 1, "model": "m", "list_id": "l"}
    queue = [event | {"event_id": f"somebody-{n}", "listener": listener} for n in range(5)]
    queue[3]["rank"] = -1
    person.page.evaluate("queue => localStorage['tigertail.feedback'] = JSON.stringify(queue)", queue)
    person.open(item=star["item_id"])
    expect(person.page.locator(".saved")).to_have_text("1 event refused")
    sent(person)
    likes = person.events.filter(pl.col("kind") == "like")
    assert likes["event_id"].to_list() == [f"somebody-{n}" for n in (0, 1, 2, 4)]


def test_an_answer_is_credited_to_the_model_that_gave_it(person: Any, expect: Any, star: Json) -> None:
    """As while two models are compared: the server is told who asks, and says which model put an item there."""
    asked: list[str] = []
    mixed = person.ask("similar", item=star["item_id"], n=4, why="true")
    for place, item in enumerate(mixed["items"]):
        item["model"] = f"model-{place % 2}"

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(body=json.dumps(mixed))

    person.page.route("**/v1/similar?*why=true*", answer)
    person.open(item=star["item_id"])
    expect(person.page.locator(".saved")).to_have_text("Saved")
    listener = person.page.evaluate("() => localStorage['tigertail.listener']")
    assert all(f"listener={listener}" in url for url in asked)
    assert person.events.sort("rank")["model"].to_list() == ["model-0", "model-1"] * 2


def test_a_server_that_keeps_no_feedback_is_told_of(visit: Any, run: Any, expect: Any, star: Json) -> None:
    person = visit(run(feedback={"on": False}))
    person.forgiven = {503}
    person.open(item=star["item_id"])
    expect(person.page.locator(".saved")).to_have_text("Not taken")
    expect(person.page.locator(".saved")).to_have_attribute("title", re.compile("keeps no feedback"))


def test_two_tabs_do_not_write_over_each_others_events(person: Any, expect: Any, star: Json) -> None:
    person.forgiven = {503}
    context = person.page.context
    context.route(
        "**/v1/feedback", lambda route: route.fulfill(status=503, body="{}", headers={"Retry-After": "1"})
    )
    person.open(item=star["item_id"])
    other = context.new_page()
    other.goto(person.page.url)
    other.locator("#column-ours").get_by_role("button", name="Good answer").first.click()
    person.page.bring_to_front()
    rows(person).first.get_by_role("button", name="Bad answer").click()
    assert [event["kind"] for event in _waiting(person)].count("like") == 1
    assert [event["kind"] for event in _waiting(person)].count("dislike") == 1
    expect(person.page.locator(".saved")).to_have_text("42 events will retry")


def test_a_hidden_answer_stays_hidden_until_it_is_shown_again(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    first = rows(person).first
    hidden = first.get_attribute("data-id")
    first.get_by_role("button", name="Hide").click()
    expect(first).to_contain_text("Hidden")
    expect(person.page.locator(".saved")).to_have_text("Saved")
    assert person.events.filter(pl.col("kind") == "hide")["item"].to_list() == [hidden]
    first.get_by_role("button", name="Show again").click()
    expect(first.locator("a.call")).to_be_focused()


def test_who_wants_to_be_forgotten_is(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.page.locator(".saved")).to_have_text("Saved")
    before = person.page.evaluate("localStorage.getItem('tigertail.listener')")
    person.page.get_by_role("button", name="Your feedback").click()
    dialog = person.page.get_by_role("dialog")
    expect(dialog).to_contain_text(before)
    dialog.get_by_role("button", name="Forget me").click()
    expect(dialog).to_contain_text("erased 20 events")
    expect(dialog).not_to_contain_text(before)
    person.keep("forgotten")
    assert person.page.evaluate("localStorage.getItem('tigertail.listener')") != before


def test_who_will_not_be_recorded_is_not(person: Any, expect: Any, star: Json) -> None:
    person.open()
    person.page.get_by_role("button", name="Your feedback").click()
    box = person.page.get_by_role("dialog").get_by_role("checkbox", name="Record what I am shown")
    expect(box).to_be_checked()
    box.uncheck()
    person.keep("not recorded")
    person.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    person.open(item=star["item_id"])
    rows(person).first.get_by_role("button", name="Good answer").click()
    person.page.wait_for_timeout(1500)  # longer than a list must stand to count as seen
    assert person.events.is_empty()
    assert person.page.evaluate("localStorage.getItem('tigertail.recording')") == "no"


# Map


def test_the_map_opens_zooms_and_shows_before_and_after(
    person: Any, expect: Any, star: Json, town: Any
) -> None:
    person.open(view="map")
    page = person.page
    in_view = page.locator(".in-view-box summary")
    expect(in_view).to_contain_text(f"{len(town.model.items)} artists in view")
    canvas = page.get_by_role("application", name="Map of")
    canvas.focus()
    for _ in range(4):
        page.keyboard.press("+")
    expect(in_view).not_to_contain_text(f"{len(town.model.items)} artists")
    page.keyboard.press("0")
    expect(in_view).to_contain_text(f"{len(town.model.items)} artists in view")
    person.keep("map-after")
    page.get_by_role("button", name="Before: naive CF").click()
    unheard = (town.model.items["listeners"] == 0).sum()
    expect(page.locator(".map-head")).to_contain_text(f"Naive CF has no place for {unheard} artists")
    person.keep("map-before")
    in_view.click()
    page.locator(".in-view").get_by_role("link", name=star["name"], exact=True).click()
    expect(page.locator(".map-panel h2")).to_have_text(star["name"])
    expect(page.locator(".map-panel")).to_contain_text("20 answers of naive CF")
    assert person.address == {"view": ["map"], "item": [star["item_id"]]}
    person.keep("map-query")


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
            Object.assign(camera, camera.framing(scene.whole()));
            const [x, y] = camera.toScreen(scene.x[100], scene.y[100]);
            return { x: x + box.left, y: y + box.top, name: scene.data.name[100], id: scene.data.id[100] };
        }"""
    )
    page.mouse.move(where["x"], where["y"])
    expect(page.locator(".tip")).to_contain_text(where["name"])
    page.mouse.click(where["x"], where["y"])
    expect(page.locator(".map-panel h2")).to_have_text(where["name"])
    assert person.address["item"] == [where["id"]]


def test_a_country_is_highlighted_and_its_clump_told(person: Any, expect: Any) -> None:
    person.open(view="map")
    first = person.page.locator(".keys button").first
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(person.page.locator(".clump")).to_contain_text("are from there before")
    person.page.get_by_role("button", name="Zoom to it").click()
    person.keep("map-country")


def test_without_a_map_it_is_said_how_to_make_one(person: Any, expect: Any) -> None:
    person.forgiven = {404}
    problem = {
        "title": "Not Found",
        "status": 404,
        "detail": "there is no map",
        "remedy": "tigertail map MODEL",
    }
    person.page.route("**/v1/map", lambda route: route.fulfill(status=404, body=json.dumps(problem)))
    person.open(view="map")
    expect(person.page.locator("#view-map")).to_contain_text("tigertail map MODEL")


# Evaluation


def test_the_evaluation_is_a_chart_and_a_table(person: Any, expect: Any) -> None:
    person.open(view="evaluation")
    page = person.page
    report = person.ask("evaluation")
    (row,) = (one for one in report["rows"] if one["by"] == "overall" and one["system"] == "item-item")
    table = page.get_by_role("region", name="nDCG, by stratum")
    cell = table.get_by_role("row", name="item-item").get_by_role("cell").first
    expect(cell).to_contain_text(f"{row['metrics']['nDCG']['mean']:.4f}"[1:])
    groups = {"overall"} | {one["group"] for one in report["rows"] if one["by"] == "query"}
    expect(page.locator(".chart-panel svg")).to_have_count(len(groups))
    person.keep("evaluation")
    page.get_by_role("combobox", name="Metric").select_option("frontier")
    expect(page.get_by_role("region", name="frontier, by stratum")).to_be_visible()
    expect(page.get_by_role("heading", name="Against item-item")).to_be_visible()


def test_without_an_evaluation_it_is_said_how_to_make_one(visit: Any, run: Any, expect: Any) -> None:
    person = visit(run(evaluation=None))
    person.forgiven = {404}
    person.open(view="evaluation")
    expect(person.page.locator("#view-evaluation")).to_contain_text("tigertail evaluate DATASET --report")
    person.keep("no-evaluation")


# Keys, colours, widths


def test_a_server_with_keys_is_asked_with_one(visit: Any, run: Any, expect: Any, star: Json) -> None:
    from tigertail.service.middleware.authentication import new_key

    key, digest = new_key()
    person = visit(run(keys={"tests": digest}))
    person.forgiven = {401}
    person.open(item=star["item_id"])
    dialog = person.page.get_by_role("dialog")
    expect(dialog).to_contain_text("A key, please")
    person.keep("key")
    dialog.get_by_label("API key").fill("wrong")
    dialog.get_by_role("button", name="Use it").click()
    expect(dialog).to_contain_text("does not take this key")
    dialog.get_by_label("API key").fill(key)
    person.page.keyboard.press("Enter")
    expect(rows(person)).to_have_count(20)
    expect(person.page.locator(".saved")).to_have_text("Saved")
    assert key not in person.page.url


@pytest.mark.parametrize("width", [360, 900, 1600])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_fits_every_width(visit: Any, expect: Any, star: Json, width: int, theme: str) -> None:
    person = visit(width=width, height=800, color_scheme=theme)
    for view in VIEWS:
        person.open(view=view, item=star["item_id"])
        expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        person.page.wait_for_load_state("networkidle")
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width
        person.keep(f"{view}-{width}-{theme}")


def test_on_a_phone_one_list_is_seen_at_a_time(visit: Any, expect: Any, star: Json) -> None:
    person = visit(width=360, height=740, has_touch=True)
    person.open(item=star["item_id"])
    expect(rows(person).first).to_be_visible()
    expect(rows(person, "naive").first).to_be_hidden()
    person.page.get_by_role("group", name="Which list").get_by_role("button", name="Naive CF").tap()
    expect(rows(person, "naive").first).to_be_visible()
    expect(rows(person).first).to_be_hidden()


def test_the_colours_are_the_systems_until_others_are_chosen(visit: Any, expect: Any) -> None:
    person = visit(color_scheme="dark")
    person.open()
    page = person.page
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Use light colours").click()
    light = page.evaluate(ground)
    assert max(_channels(dark)) < 60 < 200 < min(_channels(light))
    page.reload()
    assert page.evaluate(ground) == light


def _channels(colour: str) -> list[int]:
    return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]


def test_an_address_that_makes_no_sense_asks_as_if_it_said_nothing(
    person: Any, expect: Any, star: Json
) -> None:
    person.open(item=star["item_id"], view="elsewhere", n="-3", beta="much", lens="0.5")
    expect(rows(person)).to_have_count(20)
    assert ids(person) == listed(person.ask("similar", item=star["item_id"]))
    expect(person.page.locator(".turned")).to_have_text("")


def test_names_are_text_whatever_they_hold(person: Any, expect: Any, star: Json) -> None:
    name = "<img src=x onerror=alert(1)>"
    hostile = person.ask("similar", item=star["item_id"], n=2) | {"notices": [name]}
    hostile["items"][0]["name"] = name
    person.page.route("**/v1/similar?*", lambda route: route.fulfill(body=json.dumps(hostile)))
    person.open(item=star["item_id"])
    expect(rows(person).first.locator("bdi")).to_have_text(name)
    expect(person.page.locator(".notice")).to_contain_text(name)


def test_nothing_that_can_be_pressed_is_without_a_name(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(rows(person)).to_have_count(20)
    nameless = person.page.evaluate(
        """() => [...document.querySelectorAll("button, a, summary, input, select")]
            .filter((one) => !one.textContent.trim() && !one.getAttribute("aria-label") && !one.labels?.length)
            .map((one) => one.outerHTML)"""
    )
    assert nameless == []


def test_the_first_tab_skips_to_the_answers(person: Any, expect: Any) -> None:
    person.open()
    person.page.locator(".start-groups a").first.wait_for()
    person.page.keyboard.press("Tab")
    expect(person.page.get_by_role("link", name="Skip to the answers")).to_be_focused()
    person.page.keyboard.press("Enter")
    expect(person.page.locator("#main")).to_be_focused()


def test_the_page_is_served_under_a_policy_that_lets_nothing_in(served: Any) -> None:
    from urllib.request import urlopen

    with urlopen(f"{served.url}/") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy

"""Feedback: thumbs and impressions, stored once, erased on request."""

from __future__ import annotations

import json
import re
from typing import Any

import polars as pl

from tigertail.feedback.store import FeedbackStore

Json = dict[str, Any]


def test_a_thumb_is_stored_with_the_impressions_of_its_list(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    liked = person.rows().nth(2)
    liked.get_by_role("button", name="Good recommendation").click()
    expect(liked.get_by_role("button", name="Good recommendation")).to_have_attribute("aria-pressed", "true")
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    person.screenshot("thumb")
    events = person.events
    shown = events.filter(pl.col("kind") == "impression").sort("rank")
    assert shown["item"].to_list() == person.item_ids()
    assert shown["rank"].to_list() == list(range(1, 21))
    (like,) = events.filter(pl.col("kind") == "like").to_dicts()
    assert (like["query"], like["item"], like["rank"]) == (star["item_id"], person.item_ids()[2], 3)
    assert set(events["list_id"]) == {like["list_id"]}
    assert set(events["model"]) == {person.get("models")["models"][0]["version"]}


def test_impressions_of_a_list_are_recorded_once(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    person.page.get_by_role("link", name="Evaluation").click()
    person.page.get_by_role("link", name="Lists").click()
    person.rows().first.get_by_role("button", name="Bad recommendation").click()
    person.wait_until_sent()
    assert person.events["kind"].value_counts().sort("kind").rows() == [("dislike", 1), ("impression", 20)]


def test_feedback_is_retried_and_stored_once_after_an_outage(person: Any, expect: Any, star: Json) -> None:
    person.expected_statuses = {503}
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
    person.rows().first.get_by_role("button", name="Good recommendation").click()
    expect(person.page.locator(".feedback-status")).to_have_text("21 events to retry")
    person.screenshot("will-retry")
    waiting = {event["event_id"] for event in person.queued_events}
    assert person.events.is_empty()
    person.page.unroute("**/v1/feedback")
    person.page.reload()  # what is not sent outlives the page
    person.wait_until_sent()
    assert waiting <= set(person.events["event_id"])
    assert person.events["event_id"].n_unique() == len(person.events)


def test_one_invalid_event_does_not_block_the_others(person: Any, expect: Any, star: Json) -> None:
    person.expected_statuses = {422}
    person.open()
    listener = person.page.evaluate("() => localStorage['tigertail.listener'] = 'somebody'")
    event = {"kind": "like", "query": "q", "item": "i", "rank": 1, "model": "m", "list_id": "l"}
    queue = [event | {"event_id": f"somebody-{n}", "listener": listener} for n in range(5)]
    queue[3]["rank"] = -1
    person.page.evaluate("queue => localStorage['tigertail.feedback'] = JSON.stringify(queue)", queue)
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("1 event rejected")
    person.wait_until_sent()
    likes = person.events.filter(pl.col("kind") == "like")
    assert likes["event_id"].to_list() == [f"somebody-{n}" for n in (0, 1, 2, 4)]


def test_feedback_names_the_model_that_listed_the_item(person: Any, expect: Any, star: Json) -> None:
    """While two models are compared, the page sends the listener, and the API names the model of each item."""
    requested: list[str] = []
    mixed = person.get("similar", item=star["item_id"], n=4, why="true")
    for place, item in enumerate(mixed["items"]):
        item["model"] = f"model-{place % 2}"

    def answer(route: Any) -> None:
        requested.append(route.request.url)
        route.fulfill(body=json.dumps(mixed))

    person.page.route("**/v1/similar?*why=true*", answer)
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    listener = person.page.evaluate("() => localStorage['tigertail.listener']")
    assert all(f"listener={listener}" in url for url in requested)
    assert person.events.sort("rank")["model"].to_list() == ["model-0", "model-1"] * 2


def test_the_page_says_when_the_server_stores_no_feedback(
    visit: Any, run: Any, expect: Any, star: Json
) -> None:
    person = visit(run(feedback={"on": False}))
    person.expected_statuses = {503}
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("Not sent")
    expect(person.page.locator(".feedback-status")).to_have_attribute(
        "title", re.compile("keeps no feedback")
    )


def test_two_tabs_keep_each_others_events(person: Any, expect: Any, star: Json) -> None:
    person.expected_statuses = {503}
    context = person.page.context
    context.route(
        "**/v1/feedback", lambda route: route.fulfill(status=503, body="{}", headers={"Retry-After": "1"})
    )
    person.open(item=star["item_id"])
    # A hidden tab sees nothing, so it is looked at now.
    expect(person.page.locator(".feedback-status")).to_have_text("20 events to retry")
    other = context.new_page()
    other.goto(person.page.url)
    other.locator("#column-tigertail").get_by_role("button", name="Good recommendation").first.click()
    expect(other.locator(".feedback-status")).to_have_text("41 events to retry")  # it has seen its lists too
    person.page.bring_to_front()
    person.rows().first.get_by_role("button", name="Bad recommendation").click()
    assert [event["kind"] for event in person.queued_events].count("like") == 1
    assert [event["kind"] for event in person.queued_events].count("dislike") == 1
    expect(person.page.locator(".feedback-status")).to_have_text("42 events to retry")


def test_a_hidden_item_stays_hidden_until_it_is_shown_again(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    first = person.rows().first
    hidden = first.get_attribute("data-id")
    first.get_by_role("button", name="Hide").click()
    expect(first).to_contain_text("Hidden")
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    assert person.events.filter(pl.col("kind") == "hide")["item"].to_list() == [hidden]
    first.get_by_role("button", name="Show again").click()
    expect(first.locator("a.item-link")).to_be_focused()


def test_the_events_of_a_listener_are_erased_on_request(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    before = person.page.evaluate("localStorage.getItem('tigertail.listener')")
    person.page.get_by_role("button", name="Your feedback").click()
    dialog = person.page.get_by_role("dialog")
    expect(dialog).to_contain_text(before)
    dialog.get_by_role("button", name="Delete my data").click()
    expect(dialog).to_contain_text("erased 20 events")
    expect(dialog).not_to_contain_text(before)
    person.screenshot("forgotten")
    assert person.page.evaluate("localStorage.getItem('tigertail.listener')") != before


def test_nothing_is_recorded_when_recording_is_off(person: Any, expect: Any, star: Json) -> None:
    person.open()
    person.page.get_by_role("button", name="Your feedback").click()
    box = person.page.get_by_role("dialog").get_by_role("checkbox", name="Record what I see")
    expect(box).to_be_checked()
    box.uncheck()
    person.screenshot("not recorded")
    person.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    person.open(item=star["item_id"])
    person.rows().first.get_by_role("button", name="Good recommendation").click()
    person.page.wait_for_timeout(1500)  # longer than a list must stand to count as seen
    assert person.events.is_empty()
    assert person.page.evaluate("localStorage.getItem('tigertail.recording')") == "no"


def stored_of(person: Any, listener: str) -> pl.DataFrame:
    with FeedbackStore.open(person.running.store) as store:
        return store.read().filter(pl.col("listener") == listener)


def test_who_stops_recording_can_still_erase_what_is_stored(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    person.page.get_by_role("button", name="Your feedback").click()
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Record what I see").uncheck()
    dialog.get_by_role("button", name="Delete my data").click()
    expect(dialog).to_contain_text("erased 20 events")


def test_what_is_in_flight_is_erased_too(person: Any, expect: Any, star: Json) -> None:
    held: list[Any] = []
    person.page.route("**/v1/feedback", lambda route: route.continue_() if held else held.append(route))
    person.open(item=star["item_id"])
    person.page.wait_for_function("() => localStorage.getItem('tigertail.feedback')?.length > 2")
    before = person.page.evaluate("localStorage.getItem('tigertail.listener')")
    person.page.wait_for_timeout(500)
    with person.page.expect_response("**/v1/feedback"):  # a second request beside the first
        person.page.evaluate("dispatchEvent(new Event('pagehide'))")
    person.page.get_by_role("button", name="Your feedback").click()
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete my data").click()
    person.page.wait_for_timeout(500)
    held[0].continue_()
    expect(dialog).to_contain_text("erased 20 events")
    assert stored_of(person, before).is_empty()


def test_what_another_tab_has_in_flight_is_erased_too(person: Any, expect: Any, star: Json) -> None:
    held: list[Any] = []
    person.open(item=star["item_id"])
    person.wait_until_sent()
    before = person.page.evaluate("localStorage.getItem('tigertail.listener')")
    other = person.page.context.new_page()
    other.route("**/v1/feedback", lambda route: held.append(route))
    other.goto(person.page.url)
    other.locator("#column-tigertail").get_by_role("button", name="Good recommendation").first.click()
    other.wait_for_timeout(500)
    person.page.bring_to_front()
    person.page.get_by_role("button", name="Your feedback").click()
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete my data").click()
    expect(dialog).to_contain_text("erased")
    with other.expect_response("**/v1/feedback/listeners/*"):
        held[0].continue_()
    assert stored_of(person, before).is_empty()


def test_what_was_pressed_while_recording_was_off_can_be_pressed_again(
    person: Any, expect: Any, star: Json
) -> None:
    person.open(item=star["item_id"])
    person.wait_until_sent()
    good = person.rows().first.get_by_role("button", name="Good recommendation")
    person.page.evaluate("() => localStorage['tigertail.recording'] = 'no'")
    good.click()
    person.page.evaluate("() => localStorage['tigertail.recording'] = 'yes'")
    good.click()
    person.wait_until_sent()
    assert person.events["kind"].to_list().count("like") == 1
    good.click()  # recorded already
    person.page.wait_for_timeout(500)
    assert person.events["kind"].to_list().count("like") == 1


def test_the_server_says_when_to_try_again(person: Any, expect: Any, star: Json) -> None:
    person.expected_statuses = {429}
    sent: list[str] = []

    def busy(route: Any) -> None:
        sent.append(route.request.url)
        route.fulfill(status=429, body="{}", headers={"Retry-After": "60"})

    person.page.route("**/v1/feedback", busy)
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("20 events to retry")
    person.rows().first.get_by_role("button", name="Good recommendation").click()
    expect(person.page.locator(".feedback-status")).to_have_text("21 events to retry")
    person.page.wait_for_timeout(1000)
    assert len(sent) == 1


def test_the_sign_in_page_of_a_network_is_no_acknowledgement(person: Any, expect: Any, star: Json) -> None:
    person.page.route("**/v1/feedback", lambda route: route.fulfill(status=200, body="<h1>Welcome</h1>"))
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("20 events to retry")
    person.page.unroute("**/v1/feedback")
    person.wait_until_sent()
    assert len(person.events) == 20


def test_a_write_that_failed_loses_no_event_of_another_tab(person: Any, expect: Any, star: Json) -> None:
    person.expected_statuses = {429}
    context = person.page.context
    context.route(
        "**/v1/feedback", lambda route: route.fulfill(status=429, body="{}", headers={"Retry-After": "60"})
    )
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("20 events to retry")
    person.page.evaluate(
        "() => { self.kept = Storage.prototype.setItem; Storage.prototype.setItem = () => { throw 0; }; }"
    )
    person.rows().nth(0).get_by_role("button", name="Good recommendation").click()
    other = context.new_page()
    other.goto(person.page.url)
    other.locator("#column-tigertail").get_by_role("button", name="Bad recommendation").first.click()
    expect(other.locator(".feedback-status")).to_have_text("41 events to retry")
    person.page.bring_to_front()
    person.page.evaluate("() => { Storage.prototype.setItem = self.kept; }")
    person.rows().nth(1).get_by_role("button", name="Good recommendation").click()
    assert len(person.queued_events) == 43

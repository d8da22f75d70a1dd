"""A visitor from elsewhere is asked first: until they allow it, nothing of them is stored or sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from tigertail.feedback.store import FeedbackStore

Json = dict[str, Any]
SEEN = 2_000  # milliseconds after which a list counts as seen, and its impressions would have been sent


@pytest.fixture
def stranger(visit: Any, run: Any) -> Any:
    """A person who reaches the service by another name than that of their own machine."""
    running = run(hosts=["elsewhere.test"], feedback={"consent": True})
    person = visit(replace(running, url=running.url.replace("127.0.0.1", "elsewhere.test")))
    person.sent = []
    person.page.on("request", lambda request: person.sent.append((request.method, request.url)))
    return person


def stored_events(person: Any) -> int:
    with FeedbackStore.open(person.running.store) as store:
        return len(store.read())


def button(person: Any, name: str) -> Any:
    return person.page.get_by_role("button", name=name, exact=True)


def test_a_first_visit_stores_and_sends_nothing(stranger: Any, expect: Any, star: Json) -> None:
    stranger.open(item=star["item_id"])
    expect(stranger.rows()).to_have_count(20)
    stranger.rows().first.get_by_role("button", name="Good recommendation").click()
    stranger.page.wait_for_timeout(SEEN)
    expect(button(stranger, "Allow")).to_be_visible()
    stranger.screenshot("consent")
    assert stranger.stored == []
    assert stranger.page.context.cookies() == []
    assert {method for method, _ in stranger.sent} == {"GET"}
    assert not any("listener=" in url for _, url in stranger.sent)
    assert stored_events(stranger) == 0


def test_what_is_allowed_is_recorded_with_what_was_done_before(
    stranger: Any, expect: Any, star: Json
) -> None:
    stranger.open(item=star["item_id"])
    stranger.rows().nth(2).get_by_role("button", name="Good recommendation").click()
    button(stranger, "Allow").click()
    expect(stranger.page.locator(".feedback-status")).to_have_text("Saved")
    stranger.wait_until_sent()
    assert stranger.events["kind"].value_counts().sort("kind").rows() == [("impression", 20), ("like", 1)]
    expect(button(stranger, "Allow")).to_be_hidden()


def test_an_answer_counts_in_every_tab(stranger: Any, expect: Any, star: Json) -> None:
    stranger.open(item=star["item_id"])
    other = stranger.page.context.new_page()
    other.goto(stranger.page.url)
    other.locator("#column-tigertail").get_by_role("button", name="Good recommendation").nth(2).click()
    pressed = datetime.now(UTC)
    stranger.page.bring_to_front()
    stranger.page.wait_for_timeout(SEEN)
    button(stranger, "Allow").click()
    expect(other.get_by_role("button", name="Allow", exact=True)).to_be_hidden()
    expect(other.locator(".feedback-status")).to_have_text("Saved")
    (like,) = stranger.events.filter(pl.col("kind") == "like").to_dicts()
    assert like["at"] <= pressed, "the time is that of the press"


def test_a_refusal_is_all_that_is_remembered(stranger: Any, expect: Any, star: Json) -> None:
    stranger.open(item=star["item_id"])
    stranger.rows().first.get_by_role("button", name="Good recommendation").click()
    button(stranger, "Do not allow").click()
    stranger.page.reload()
    expect(stranger.rows()).to_have_count(20)
    stranger.page.wait_for_timeout(SEEN)
    expect(button(stranger, "Allow")).to_be_hidden()
    assert stranger.page.evaluate("() => ({...localStorage})") == {"tigertail.recording": "no"}
    assert stored_events(stranger) == 0


def test_a_permission_can_be_withdrawn(stranger: Any, expect: Any, star: Json) -> None:
    stranger.open(item=star["item_id"])
    button(stranger, "Allow").click()
    stranger.wait_until_sent()
    button(stranger, "Your feedback").click()
    stranger.page.get_by_role("checkbox", name="Record what I see").uncheck()
    assert stranger.page.evaluate("() => ({...localStorage})") == {"tigertail.recording": "no"}


def test_the_bar_says_what_is_recorded(stranger: Any, expect: Any) -> None:
    stranger.open()
    button(stranger, "What is recorded?").click()
    expect(stranger.page.get_by_role("dialog")).to_contain_text("nothing is stored in this browser or sent")
    assert stranger.stored == []


def test_on_the_own_machine_no_question_is_asked(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"])
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    expect(button(person, "Allow")).to_be_hidden()

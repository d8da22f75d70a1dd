"""API keys, names that hold HTML, and the content security policy."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


def test_the_page_asks_for_an_api_key(visit: Any, run: Any, expect: Any, star: Json) -> None:
    from tigertail.service.middleware.authentication import new_key

    key, digest = new_key()
    person = visit(run(keys={"tests": digest}))
    person.expected_statuses = {401}
    person.open(item=star["item_id"])
    dialog = person.page.get_by_role("dialog")
    expect(dialog).to_contain_text("API key needed")
    person.screenshot("key")
    dialog.get_by_label("API key").fill("wrong")
    dialog.get_by_role("button", name="Use key").click()
    expect(dialog).to_contain_text("rejected this key")
    dialog.get_by_label("API key").fill(key)
    person.page.keyboard.press("Enter")
    expect(person.rows()).to_have_count(20)
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    assert key not in person.page.url


def test_names_are_shown_as_text_not_html(person: Any, expect: Any, star: Json) -> None:
    name = "<img src=x onerror=alert(1)>"
    hostile = person.get("similar", item=star["item_id"], n=2) | {"notices": [name]}
    hostile["items"][0]["name"] = name
    person.page.route("**/v1/similar?*", lambda route: route.fulfill(body=json.dumps(hostile)))
    person.open(item=star["item_id"])
    expect(person.rows().first.locator("bdi")).to_have_text(name)
    expect(person.page.locator(".notice")).to_contain_text(name)


def test_the_content_security_policy_is_strict(served: Any) -> None:
    from urllib.request import urlopen

    with urlopen(f"{served.url}/") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy

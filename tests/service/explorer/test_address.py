"""The address of the page."""

from __future__ import annotations

from typing import Any

import pytest

Json = dict[str, Any]


def test_invalid_values_in_the_address_are_ignored(person: Any, expect: Any, star: Json) -> None:
    person.open(item=star["item_id"], view="elsewhere", n="-3", beta="much", lens="0.5")
    expect(person.rows()).to_have_count(20)
    assert person.item_ids() == person.similar(item=star["item_id"])
    expect(person.page.locator(".changed-count")).to_have_text("")


@pytest.mark.parametrize("spelling", ["{code}", "{name}", "{lower}"])
def test_a_country_may_be_spelled_as_a_person_does(
    person: Any, expect: Any, star: Json, spelling: str
) -> None:
    places = person.get("models")["models"][0]["places"]
    code, name = next(
        (one["code"], one["name"]) for one in places if one["code"].isalpha() and one["name"].isascii()
    )
    person.open(item=star["item_id"], country=spelling.format(code=code, name=name, lower=code.lower()))
    expect(person.page.locator(".current")).to_contain_text(name)
    expect(person.page.locator(".current .country [aria-hidden]")).to_have_text(code)
    expect(person.page.locator(".feedback-status")).to_have_text("Saved")
    assert set(person.events["country"]) == {code}


def test_countries_are_known_by_their_names_in_every_language_of_the_page(person: Any) -> None:
    person.open()
    spellings = ["Polska", "日本", "allemagne", "Germany", "uk", "SU", "Atlantis", "151", ""]
    codes = person.page.evaluate(
        """async (spellings) => {
            const { countryCode } = await import("./explorer/js/countries.js");
            return spellings.map(countryCode);
        }""",
        spellings,
    )
    assert codes == ["PL", "JP", "DE", "DE", "UK", "SU", "Atlantis", "151", ""]

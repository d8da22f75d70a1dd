"""The report of an evaluation."""

from __future__ import annotations

from typing import Any


def test_the_evaluation_is_a_chart_and_a_table(person: Any, expect: Any) -> None:
    person.open(view="evaluation")
    page = person.page
    report = person.get("evaluation")
    (row,) = (one for one in report["rows"] if one["by"] == "overall" and one["system"] == "item-item")
    table = page.get_by_role("region", name="nDCG, by stratum")
    cell = table.get_by_role("row", name="item-item").get_by_role("cell").first
    expect(cell).to_contain_text(f"{row['metrics']['nDCG']['mean']:.4f}"[1:])
    groups = {"overall"} | {one["group"] for one in report["rows"] if one["by"] == "query"}
    expect(page.locator(".chart-panel svg")).to_have_count(len(groups))
    person.screenshot("evaluation")
    page.get_by_role("combobox", name="Metric").select_option("frontier")
    expect(page.get_by_role("region", name="frontier, by stratum")).to_be_visible()
    expect(page.get_by_role("heading", name="Compared with item-item")).to_be_visible()


def test_a_missing_evaluation_names_the_command_that_makes_one(visit: Any, run: Any, expect: Any) -> None:
    person = visit(run(evaluation=None))
    person.expected_statuses = {404}
    person.open(view="evaluation")
    expect(person.page.locator("#view-evaluation")).to_contain_text("tigertail evaluate DATASET --report")
    person.screenshot("no-evaluation")


def test_results_by_source_are_shown(person: Any, expect: Any) -> None:
    report = person.get("evaluation")
    of_one = [row | {"by": "source", "group": "radio"} for row in report["rows"] if row["by"] == "overall"]
    answer = report | {"rows": report["rows"] + of_one}
    person.page.route("**/v1/evaluation", lambda route: route.fulfill(json=answer))
    person.open(view="evaluation")
    person.page.get_by_role("combobox", name="Groups").select_option("source")
    expect(person.page.get_by_role("region", name="nDCG, by the listener's source")).to_contain_text("radio")

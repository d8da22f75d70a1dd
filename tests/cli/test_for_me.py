"""tigertail for-me: a file of what someone played, and what it leads to."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support import run_cli

from tigertail.model import Model


def test_for_me_lists_what_a_file_of_plays_leads_to(folder: Path, model: Model, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("artist,plays\nКино,3\nZorble,1\nThe Cure,1\n", encoding="utf-8")
    own = model.recommend({"n1": 3, "n3": 1}, n=2)
    printed = run_cli("for-me", folder, tmp_path / "mine.csv", "-n", 2)
    assert "For a listener of 2 items" in printed.stdout
    assert [name in printed.stdout for name in own["name"]] == [True, True]
    assert "1 of 3 entries are no item of the model: Zorble" in printed.stderr
    listed = json.loads(run_cli("for-me", folder, tmp_path / "mine.csv", "-n", 2, "--json").stdout)
    assert [row["item_id"] for row in listed] == own["item_id"].to_list()


def test_for_me_takes_the_options_of_a_query(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("Кино\n", encoding="utf-8")
    arguments = ("for-me", folder, tmp_path / "mine.txt", "--json", "--include-known", "--exclude", "n2")
    found = [row["item_id"] for row in json.loads(run_cli(*arguments).stdout)]
    assert "n1" in found
    assert "n2" not in found


def test_what_is_left_out_of_a_file_is_a_note(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("artist,plays\nКино,3\nSade,0\n", encoding="utf-8")
    errors = run_cli("for-me", folder, tmp_path / "mine.csv").stderr
    assert errors.startswith(f"Note: {tmp_path / 'mine.csv'}: 1 of its rows left out")


def test_no_answer_for_a_listener_is_said(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("Кино\n", encoding="utf-8")
    printed = run_cli("for-me", folder, tmp_path / "mine.txt", "--stratum", "cold").stdout
    assert "For a listener of 1 item " in printed
    assert "There is no answer" in printed

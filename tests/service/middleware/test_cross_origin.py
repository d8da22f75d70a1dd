import logging

import pytest

PAGE = "https://player.example"
ASKED = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}


def allowed(answer) -> str | None:
    return answer.headers.get("access-control-allow-origin")


def test_no_page_of_another_site_may_read_unless_its_origin_is_set(serve) -> None:
    client = serve()
    answer = client.get("/v1/similar?item=star", headers={"Origin": PAGE})
    assert answer.status_code == 200, "a browser, not the service, keeps the answer from the page"
    assert allowed(answer) is None
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert allowed(client.options("/v1/similar", headers=ASKED)) is None


@pytest.mark.parametrize(("origins", "named"), [([PAGE], PAGE), (["*"], "*")])
def test_a_page_of_an_origin_that_is_set_may_read(serve, origins, named) -> None:
    client = serve(origins=origins)
    for path in ("/v1/similar?item=star", "/2.0/?method=artist.getSimilar&artist=Kult&format=json"):
        answer = client.get(path, headers={"Origin": PAGE})
        assert answer.status_code == 200
        assert allowed(answer) == named
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_another_origin_may_not(serve) -> None:
    answer = serve(origins=[PAGE]).get("/v1/models", headers={"Origin": "https://other.example"})
    assert allowed(answer) is None


def test_a_browser_may_ask_beforehand_without_the_key_and_the_page_needs_it(serve) -> None:
    client = serve(origins=[PAGE], keys={"radio": "0" * 64})
    answer = client.options("/v1/similar", headers=ASKED)
    assert answer.status_code == 200
    assert allowed(answer) == PAGE
    assert "POST" in answer.headers["access-control-allow-methods"]
    refused = client.get("/v1/models", headers={"Origin": PAGE})
    assert (refused.status_code, allowed(refused)) == (401, PAGE)


@pytest.mark.parametrize(
    ("asked", "refused", "remedy"),
    [
        ({"Origin": "https://other.example"}, "https://other.example", "name it in origins"),
        ({"Access-Control-Request-Private-Network": "true"}, "private", "a server of yours"),
        ({"Access-Control-Request-Method": "DELETE"}, "DELETE", "a server of yours"),
        (
            {"Access-Control-Request-Headers": "content-type, x-mine"},
            "the header x-mine",
            "Authorization, Content-Type",
        ),
    ],
)
def test_a_page_that_may_not_ask_is_told_what_was_refused_and_so_is_the_log(
    serve, caplog: pytest.LogCaptureFixture, asked, refused, remedy
) -> None:
    client = serve(origins=[PAGE])
    with caplog.at_level(logging.INFO, "tigertail.service"):
        answer = client.options("/v1/feedback", headers=ASKED | asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert refused in answer.json()["detail"]
    assert remedy in answer.json()["remedy"]
    (line,) = (vars(record) for record in caplog.records if record.name.endswith("requests"))
    assert (line["route"], line["status"], line["reason"]) == ("(refused)", 400, answer.json()["detail"])


def test_a_page_never_asks_with_cookies(serve) -> None:
    # So beacons do not reach us: docs/service.md says what does.
    answer = serve(origins=[PAGE]).options("/v1/feedback", headers=ASKED)
    assert "access-control-allow-credentials" not in answer.headers

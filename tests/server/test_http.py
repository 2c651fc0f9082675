"""GraphQL over HTTP: what is sent, accepted and answered, whatever comes in."""

import httpx
import pytest

from server.graphql.negotiation import GRAPHQL, JSON, answer_type


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, {JSON};charset=utf-8", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL};q=0, {JSON};q=0.1", JSON),
        (f"{GRAPHQL}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed", GRAPHQL),
        ("text/html, */*;q=0.1", JSON),
        (f"{JSON};q=0, */*", GRAPHQL),
        ("text/event-stream", None),
        ("text/*", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=nonsense", None),
    ],
)
def test_the_answer_has_the_type_that_the_client_prefers(accept: str | None, chosen: str | None) -> None:
    assert answer_type(accept) == chosen


async def test_a_query_is_answered(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"query": "{ hello }"}, headers={"Accept": GRAPHQL})
    assert (answer.status_code, answer.json()["data"]) == (200, {"hello": "world"})
    assert answer.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"


async def test_a_query_by_get(http: httpx.AsyncClient) -> None:
    parameters = {
        "query": "query Twice($n: Int!) { double(number: $n) }",
        "variables": '{"n": 4}',
        "operationName": "Twice",
    }
    assert (await http.get("/graphql", params=parameters)).json()["data"] == {"double": 8}


@pytest.mark.parametrize("kind", ["mutation { touch }", 'subscription { events(topic: "x") { cursor } }'])
async def test_get_only_asks(http: httpx.AsyncClient, kind: str) -> None:
    answer = await http.get("/graphql", params={"query": kind}, headers={"Accept": "text/event-stream, */*"})
    assert answer.status_code in (400, 405)
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"1", b'"x"', b"null", b"[]", b"[1]", b"{", b"\xff\xfe", b"[" * 50_000, b'{"a":' * 20_000, b"{}",
        b'{"query": 1}', b'{"query": ""}', b'{"query": null}', b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": "x"}', b'{"query": "{ hello }", "operationName": 1}',
        b'{"query": "{ hello }", "extensions": 1}', b'[{"query": "{ hello }"}]', b'{"query": "\\ud800"}',
    ],
)  # fmt: skip
async def test_a_malformed_body_is_the_callers_fault(http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post("/graphql", content=body, headers={"Content-Type": JSON})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("variables", ["1", "{", "[]", "x"])
async def test_malformed_variables_in_the_address(http: httpx.AsyncClient, variables: str) -> None:
    assert (await http.get("/graphql", params={"query": "{ hello }", "variables": variables})).status_code == 400


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data", "application/json; charset=utf-16"])
async def test_only_json_is_read(http: httpx.AsyncClient, content_type: str) -> None:
    answer = await http.post("/graphql", content=b'{"query": "{ hello }"}', headers={"Content-Type": content_type})
    assert answer.status_code == 415


async def test_other_methods_and_types_are_turned_away(http: httpx.AsyncClient) -> None:
    refused = await http.put("/graphql", json={"query": "{ hello }"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
    assert (
        await http.post("/graphql", json={"query": "{ hello }"}, headers={"Accept": "image/png"})
    ).status_code == 406


async def test_a_body_has_a_limit(http: httpx.AsyncClient) -> None:
    assert (await http.post("/graphql", json={"query": "{ hello }" + " " * 100_000})).status_code == 413


@pytest.mark.parametrize(
    "query",
    [
        "{ hello",
        "{ nothing }",
        "query A { hello } query B { hello }",
        "query ($n: Int!) { double(number: $n) }",
        "{ ...Nope }",
    ],
)
async def test_a_faulty_document_has_no_data_and_a_status_by_type(http: httpx.AsyncClient, query: str) -> None:
    strict = await http.post("/graphql", json={"query": query}, headers={"Accept": GRAPHQL})
    lenient = await http.post("/graphql", json={"query": query}, headers={"Accept": JSON})
    assert (strict.status_code, lenient.status_code) == (400, 200)
    for answer in (strict.json(), lenient.json()):
        assert "data" not in answer
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert answer["errors"][0]["message"]


async def test_many_errors_are_told_in_few(http: httpx.AsyncClient) -> None:
    wrong = " ".join(f"field{number}" for number in range(90))
    answer = await http.post("/graphql", json={"query": f"{{ {wrong} }}"})
    assert 1 <= len(answer.json()["errors"]) <= 6


async def test_a_crash_says_nothing_but_its_request_id(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"query": "{ hello crash }"}, headers={"X-Request-Id": "my-request-7"})
    error = answer.json()["errors"][0]
    assert "secret" not in answer.text
    assert error["message"] == "Internal error. Quote request id my-request-7."
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "my-request-7"}
    assert answer.json()["data"] == {"hello": "world", "crash": None}
    assert answer.headers["x-request-id"] == "my-request-7"


async def test_a_refusal_is_told_in_its_own_words(http: httpx.AsyncClient) -> None:
    error = (await http.post("/graphql", json={"query": "{ refused }"})).json()["errors"][0]
    assert (error["message"], error["extensions"]["code"]) == ("Only the model may see this.", "FORBIDDEN")


async def test_a_request_id_that_cannot_stand_in_a_log_is_replaced(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"query": "{ hello }"}, headers={"X-Request-Id": "a b; drop"})
    assert answer.headers["x-request-id"].isalnum()


async def test_every_answer_is_guarded(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")
    assert answer.status_code in (200, 503)  # the web app, or how to build it
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


async def test_only_our_own_hosts_are_answered(http: httpx.AsyncClient) -> None:
    assert (await http.get("/", headers={"Host": "evil.example"})).status_code == 400


async def test_introspection_is_allowed(http: httpx.AsyncClient) -> None:
    deep = "{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } }"
    assert (await http.post("/graphql", json={"query": deep})).json()["data"]["__schema"]["types"]


async def test_health_says_what_is_missing(http: httpx.AsyncClient) -> None:
    answer = await http.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"database": "ok", "migrations": "behind"})

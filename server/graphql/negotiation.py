"""GraphQL over HTTP: what the client may send and wants back. https://graphql.github.io/graphql-over-http/draft/"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from starlette.datastructures import QueryParams

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"
LONGEST_HEADER = 200

T = TypeVar("T")


class Malformed(Exception):
    """Not a GraphQL request. The message says what would be one."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """`query` is empty when `hash` stands for it (server/graphql/trusted.py)."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    hash: str | None = None


def remembered(read: Callable[[str | None], T]) -> Callable[[str | None], T]:
    """Clients send the same few headers with every request. Long ones are not worth their place."""
    known = lru_cache(maxsize=256)(read)
    return lambda header: read(header) if header is not None and len(header) > LONGEST_HEADER else known(header)


@remembered
def answer_type(accept: str | None) -> str | None:
    """The media type to answer with; None when the client accepts neither. JSON when it does not care."""
    if not accept or not accept.strip():
        return JSON
    asked = dict(sorted(map(_quality, accept.split(",")), key=lambda pair: pair[1]))  # the best of equal types stays
    wild = asked.get("application/*", asked.get("*/*", 0.0))
    json, graphql = asked.get(JSON, wild), asked.get(GRAPHQL, wild)
    if graphql > json or (graphql == json and GRAPHQL in asked):
        return GRAPHQL if graphql > 0 else None
    return JSON if json > 0 else None


@remembered
def accepts_events(accept: str | None) -> bool:
    """Whether event streams are named. A wildcard does not ask for one: who sends it expects an answer that ends."""
    return any(kind == EVENTS and quality > 0 for kind, quality in map(_quality, (accept or "").split(",")))


def _quality(part: str) -> tuple[str, float]:
    kind, *parameters = (word.strip().lower() for word in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                quality = 0.0
    return kind, quality


@remembered
def is_json(content_type: str | None) -> bool:
    kind, *parameters = (word.strip().lower() for word in (content_type or "").split(";"))
    charset = next((word[8:].strip('"') for word in parameters if word.startswith("charset=")), "utf-8")
    return kind == JSON and charset in ("utf-8", "utf8")


def read_json(text: str | bytes) -> object:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise Malformed("This is not JSON.") from error


def from_body(body: bytes) -> Parameters:
    return from_object(read_json(body))


def from_query_string(given: QueryParams) -> Parameters:
    parameters: dict[str, object] = {name: given[name] for name in ("query", "operationName") if name in given}
    for name in ("variables", "extensions"):
        if given.get(name):
            parameters[name] = read_json(given[name])
    return from_object(parameters)


def from_object(given: object) -> Parameters:
    """Raises Malformed. Of `extensions` only `persistedQuery` is used."""
    if not isinstance(given, dict):
        raise Malformed('A GraphQL request is a JSON object: {"query": "...", "variables": {...}}.')
    query, name = given.get("query"), given.get("operationName")
    variables, extensions = given.get("variables"), given.get("extensions")
    if not isinstance(extensions, dict | None):
        raise Malformed("`extensions` must be an object or null.")
    hash = _hash(extensions or {})
    if not (query is None and hash) and (not isinstance(query, str) or not query.strip()):
        raise Malformed("`query` must be a GraphQL document, as a string.")
    if not isinstance(variables, dict | None):
        raise Malformed("`variables` must be an object or null.")
    if not isinstance(name, str | None):
        raise Malformed("`operationName` must be a string or null.")
    return Parameters(str(query or ""), variables or {}, name or None, hash)


def _hash(extensions: dict[str, Any]) -> str | None:
    """Of an automatic persisted query. Null where another protocol's extension stands."""
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    hash = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(hash, str) or not 0 < len(hash) <= 100:
        raise Malformed('`extensions.persistedQuery` must be {"version": 1, "sha256Hash": "..."}.')
    return hash

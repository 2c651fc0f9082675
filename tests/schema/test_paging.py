"""Pages and their cursors."""

from typing import Any

from core.actor import Actor
from tests.schema.conftest import Api
from tests.schema.scenes import on_the_market


async def test_pages_go_on_from_their_cursors(api: Api, ada: Actor, lumen: Actor) -> None:
    await on_the_market(api, ada)
    for name in ("ada-two", "ada-three"):
        made = await api.do(ada, "createTwin", {"handle": name, "name": name}, "... on TwinCreated { twin { id } }")
        assert made["twin"]
    model = (await api.ask(ada, "{ viewer { name parties { id name } } }"))["viewer"]["parties"][0]["id"]
    page = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { node(id: $id) { ... on Model {
        twins(first: $first, after: $after, last: $last, before: $before) {
          totalCount nodes { handle } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }"""

    async def twins(**arguments: Any) -> Any:
        return (await api.ask(ada, page, id=model, **arguments))["node"]["twins"]

    first = await twins(first=2)
    assert [node["handle"] for node in first["nodes"]] == ["ada-three", "ada-two"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (
        3,
        True,
        False,
    )
    second = await twins(first=2, after=first["pageInfo"]["endCursor"])
    assert [node["handle"] for node in second["nodes"]] == ["ada-one"]
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    back = await twins(last=1, before=second["pageInfo"]["startCursor"])
    assert [node["handle"] for node in back["nodes"]] == ["ada-two"]
    assert (back["pageInfo"]["hasNextPage"], back["pageInfo"]["hasPreviousPage"]) == (True, True)
    assert (await twins(first=0))["nodes"] == []
    for wrong, message in (
        ({"first": 101}, "`first` must be from 0 to 100; it was 101."),
        ({"last": -1}, "`last` must be from 0 to 100; it was -1."),
        ({"first": 1, "last": 1}, "Send `first` or `last`, not both."),
        (
            {"after": "nonsense"},
            "This cursor is not one of this list. Send one that came with its edges, in the same order.",
        ),
    ):
        assert await api.errors(ada, page, id=model, **wrong) == [("BAD_USER_INPUT", message)]
    other = """query ($after: String) { twins(orderBy: NAME, after: $after) { nodes { id } } }"""
    assert (await api.errors(ada, other, after=first["pageInfo"]["endCursor"]))[0][0] == "BAD_USER_INPUT"

"""The download of what concerns a model: for who asked, signed in, while the link holds."""

import httpx
import orjson

from core.seal import Seal
from server.database import Database
from server.settings import Settings
from tests.server.people import a_party, an_api_key


def link(settings: Settings, model_id: int, caller: str, expires_at: int = 4_000_000_000) -> str:
    seal = Seal(settings.secret.get_secret_value())
    return "/exports/" + seal.close("export", orjson.dumps([model_id, caller, expires_at]))


async def test_who_asked_downloads_it_and_nobody_else(
    http: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    ana, bea = await a_party(database), await a_party(database, handle="bea")
    (ana_key, ana_secret), (bea_key, bea_secret) = [await an_api_key(database, party) for party in (ana, bea)]
    own = {"Authorization": f"Bearer {ana_secret}"}
    answer = await http.get(link(settings, ana, f"key:{ana_key}"), headers=own)
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["content-type"]) == ("no-store", "application/json")
    archive = answer.json()
    assert [row["handle"] for row in archive["market"]["party"]] == ["ana"]
    assert set(archive["market"]) >= {"twin", "licence", "consent", "activity", "person"}
    assert ana_secret not in answer.text
    other = {"Authorization": f"Bearer {bea_secret}"}
    refused = [
        (link(settings, ana, f"key:{ana_key}"), other),
        (link(settings, ana, f"key:{ana_key}"), {}),
        (link(settings, ana, f"key:{ana_key}"), {"Authorization": "Bearer nonsense"}),
        (link(settings, ana, f"key:{bea_key}"), other),
        (link(settings, ana, f"key:{ana_key}", expires_at=1), own),
        (link(settings, ana, f"key:{ana_key}")[:-2] + "xx", own),
        ("/exports/nonsense", own),
    ]
    for url, headers in refused:
        answer = await http.get(url, headers=headers)
        assert (answer.status_code, "ana" in answer.text.split()) == (404, False), url

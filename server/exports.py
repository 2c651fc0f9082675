"""The address at which a model downloads all that concerns her: for who asked, signed in, and not for long."""

from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core.errors import Refusal
from core.seal import Broken, Seal
from market import exporting
from server.auth import Authenticator, WrongCredential
from server.database import Database

NOT_FOUND = "There is no such export, or not for you, or not any more. Ask for a new one with exportModel.\n"


@dataclass(frozen=True, slots=True)
class Exports:
    """Nothing is kept: the archive is made as it is asked for."""

    database: Database
    authenticator: Authenticator
    seal: Seal

    async def answer(self, request: Request) -> Response:
        try:
            model_id, caller, expires_at = orjson.loads(self.seal.open("export", request.path_params["ticket"]))
            asking = await self.authenticator.caller_of(request)
        except (Broken, WrongCredential):
            return PlainTextResponse(NOT_FOUND, status_code=404)
        async with self.database.snapshot(asking.actor)() as read:
            if asking.actor.caller != caller or read.now.timestamp() >= expires_at:
                return PlainTextResponse(NOT_FOUND, status_code=404)
            try:
                archive = await exporting.archive(read, model_id)
            except Refusal:
                return PlainTextResponse(NOT_FOUND, status_code=404)
        headers = {
            "content-disposition": 'attachment; filename="twinmarket-export.json"',
            "cache-control": "no-store",
        }
        return Response(orjson.dumps(archive, default=str), media_type="application/json", headers=headers)

"""What anyone may fetch to check a certificate by themselves: our public keys, and a licence's status of now."""

from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response

from core.actor import SYSTEM
from core.seal import Seal
from market import certificates
from server.database import Database

OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@dataclass(frozen=True, slots=True)
class Certificates:
    database: Database
    seal: Seal

    async def keys(self, request: Request) -> Response:
        """A JSON Web Key Set (RFC 7517)."""
        async with self.database.read(SYSTEM)() as read:
            published = await certificates.public_keys(read)
        headers = {"Cache-Control": "public, max-age=300", **OPEN_TO_ALL}
        return Response(orjson.dumps(published), media_type="application/jwk-set+json", headers=headers)

    async def status(self, request: Request) -> Response:
        """{"number", "status", "asOf"}. The address is in the certificate, and cannot be guessed."""
        async with self.database.read(SYSTEM)() as read:
            known = await certificates.status_of(read, self.seal, request.path_params["token"])
        headers = {"Cache-Control": "no-store", **OPEN_TO_ALL}
        told = known or {"error": "No certificate has this address."}
        status = 200 if known is not None else 404
        return Response(orjson.dumps(told), status_code=status, media_type="application/json", headers=headers)

"""Links to licence documents: made for who may see the licence, good for a quarter of an hour, for whoever has them."""

import asyncio
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.actor import SYSTEM
from core.seal import Seal
from market import certificates, documents
from server.database import Database
from server.documents import web
from server.graphql import errors

SAFE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Documents:
    database: Database
    seal: Seal
    url: str

    async def get(self, request: Request) -> Response:
        link = documents.linked(request.path_params["token"], self.seal)
        async with self.database.read(SYSTEM)() as read:
            holds = link is not None and link.until > read.now.timestamp()
            number = link.licence_id if link is not None and holds else 0
            terms = await documents.gather(read, number, seal=self.seal, url=self.url)
            status = certificates.status_today(terms.licence, read) if terms is not None else None
        if terms is None or status is None or link is None:
            told = errors.problem("NOT_FOUND", "This link does not hold any more.", request.state.request_id)
            return JSONResponse({"errors": told}, status_code=404)
        written = documents.document(terms, status, read.now)
        headers = {"Cache-Control": "private, no-store"}
        if link.kind == "HTML":
            headers["Content-Security-Policy"] = SAFE
            return Response(web.page(written), media_type="text/html", headers=headers)
        headers["Content-Disposition"] = f'inline; filename="{written.number}.pdf"'
        pdf: Any = await asyncio.to_thread(import_module, "server.documents.pdf")  # large, and seldom asked for
        return Response(await pdf.pages(written, read.now), media_type="application/pdf", headers=headers)

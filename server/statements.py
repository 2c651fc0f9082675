"""A payee's statement as a table for a bookkeeper's program: GET /statements/{payee}/{2026-11}/{EUR}.csv.

UTF-8 with a byte order mark, so that a spreadsheet reads names aright; RFC 4180; amounts as exact decimals with a point and
no thousands separator, negative where the payee's money became less. Who may ask is who may ask the API.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core.actor import Scope
from core.paging import Window
from core.seal import Seal
from core.work import Read
from market.store.statements import LicenceNamed
from payments import statements
from payments.money import CURRENCIES, Money
from payments.statements import Line, Statement
from resolvers.loaders.statements import named_of
from schema import policy
from schema.ids import opened
from server.auth import Authenticator, WrongCredential
from server.database import Database

COLUMNS = (
    "date", "kind", "licence", "twin", "brand", "model", "role", "share_percent", "gross", "platform_fee",
    "agency_commission", "crew_parts", "amount", "balance", "currency", "note", "line",
)  # fmt: skip
PAGE = 1000
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula, in half and in full width."""


@dataclass(frozen=True, slots=True)
class Sheets:
    database: Database
    authenticator: Authenticator
    seal: Seal

    async def answer(self, request: Request) -> Response:
        try:
            actor = (await self.authenticator.caller_of(request)).actor
        except WrongCredential as wrong:
            return PlainTextResponse(f"{wrong}\n", status_code=401)
        if actor.is_anonymous:
            return PlainTextResponse("Say who you are: sign in, or send an API key.\n", status_code=401)
        found = opened(self.seal, request.path_params["payee"])
        month, currency = _month(request.path_params["month"]), request.path_params["currency"]
        known = found is not None and found[0] == "Payee" and month is not None and currency in CURRENCIES
        if not known or found is None or month is None or not policy.is_member(actor, found[1]):
            return PlainTextResponse("There is no such statement.\n", status_code=404)
        if Scope.READ not in actor.scopes:
            return PlainTextResponse("This API key may not read. Use one with the scope READ.\n", status_code=403)
        of_models = request.query_params.get("of") == "models"
        async with self.database.snapshot(actor)() as read:
            text = await sheet(read, self.seal, found[1], month, currency, of_models=of_models)
        name = f"statement-{month:%Y-%m}-{currency}{'-models' if of_models else ''}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _month(text: str) -> date | None:
    found = MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found and int(found[1]) else None


async def sheet(read: Read, seal: Seal, payee_id: int, month: date, currency: str, *, of_models: bool) -> str:
    """All of the month. An agency's models' lines have no balance: their money is not the agency's."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    statement = await statements.statement(read, payee_id, month, currency)
    if not of_models:
        table.writerow(_edge(statement.opening, "opening balance", f"{month:%Y-%m-%d}"))
    balance = statement.opening.minor
    async for line, named in _lines(read, payee_id, month, currency, of_models=of_models):
        balance += line.movement.amount.minor
        table.writerow(_row(line, named, seal, None if of_models else Money(balance, currency)))
    if not of_models:
        table.writerow(_edge(statement.closing, "closing balance", ""))
        _check(statement, balance)
    return written.getvalue()


def _check(statement: Statement, balance: int) -> None:
    if balance != statement.closing.minor:
        raise ValueError(f"The lines of {statement.month} lead to {balance}, not to {statement.closing}.")


async def _lines(
    read: Read, payee_id: int, month: date, currency: str, *, of_models: bool
) -> AsyncIterator[tuple[Line, LicenceNamed | None]]:
    find = statements.lines_of_models if of_models else statements.lines
    after = None
    while True:
        page = await find(read, payee_id, month=month, currency=currency, window=Window(PAGE, after=after))
        named = await named_of(read, page.rows)
        for line in page.rows:
            yield line, named.get(line.reference or 0)
        if not page.has_next:
            return
        after = page.keys[-1]


def _edge(amount: Money, kind: str, day: str) -> Sequence[str]:
    cells = {"date": day, "kind": kind, "balance": _plain(amount), "currency": amount.currency}
    return [cells.get(column, "") for column in COLUMNS]


def _row(line: Line, named: LicenceNamed | None, seal: Seal, balance: Money | None) -> Sequence[str]:
    moved = line.movement
    is_open = named is not None and named.is_open and line.gross is not None
    cells = {
        "date": f"{moved.at.astimezone(UTC):%Y-%m-%d}",
        "kind": moved.kind.name.lower().replace("_", " "),
        "licence": _word(named.number if named else None),
        "twin": _word(named.twin if named else None),
        "brand": _word(named.brand if named else None),
        "model": _word(named.model if named else None),
        "role": (line.role or "").lower(),
        "share_percent": "" if line.basis_points is None else f"{Decimal(line.basis_points).scaleb(-2):f}",
        "gross": _plain(line.gross if is_open else None),
        "platform_fee": _plain(line.fee if is_open else None),
        "agency_commission": _plain(line.commission if is_open else None),
        "crew_parts": _plain(line.others if is_open else None),
        "amount": _plain(moved.amount),
        "balance": _plain(balance),
        "currency": moved.amount.currency,
        "note": _word(line.reason),
        "line": _word(seal.id("StatementLine", moved.entry_id)),
    }
    return [cells[column] for column in COLUMNS]


def _plain(amount: Money | None) -> str:
    """As exact as it is, and as a machine reads it."""
    return "" if amount is None else f"{amount.amount:f}"


def _word(text: str | None) -> str:
    """What somebody wrote is no formula to a spreadsheet, whatever it begins with."""
    told = (text or "").strip()
    return f"'{told}" if told.startswith(FORMULA) else told

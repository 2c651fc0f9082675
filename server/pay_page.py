"""The page on which a brand pays in person, when its bank wants to see it or its card was declined: /pay/{link}.

Nothing is charged by opening it: a button is. The payment service's own pages do the rest, and lead back here.
"""

from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from core.actor import SYSTEM
from core.errors import Refusal
from core.seal import Seal
from market import store as market
from payments import charges, payers, rules, store
from payments.errors import Refused, Unknown
from payments.gateway import Gateway
from payments.money import Money
from payments.states import PaymentStatus
from payments.tables import Payer, Payment
from schema.pay_links import read_link
from server.database import Database

LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>:root{{color-scheme:light dark}}
body{{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1rem;background:light-dark(#faf8f5,#171614)}}
main{{padding:1.5rem 1.75rem;border:1px solid light-dark(#e6e1d9,#35322d);border-radius:1rem;background:light-dark(#fff,#201e1b)}}
h1{{margin:0;font-size:1.5rem}}a{{display:inline-flex;align-items:center;min-height:2.75rem;color:light-dark(#9c4522,#e6a583)}}
button{{font:inherit;min-height:2.75rem;padding:.5rem 1.25rem;margin:1rem .5rem 0 0;border:1px solid;border-radius:.5rem}}
button{{background:none;color:light-dark(#9c4522,#e6a583);cursor:pointer}}button:first-child{{background:#9c4522;color:#fff}}</style></head>
<body><main><h1>{title}</h1>{body}<p><a href="/">Back to Twinmarket</a></p></main></body></html>"""

SILENT = "The payment service does not answer just now. Nothing is lost: try again in a moment."


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid, and by whom, as it stands."""

    payment: Payment
    payer: Payer | None
    name: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class PayPage:
    database: Database
    gateway: Gateway
    seal: Seal
    public_url: str

    async def answer(self, request: Request) -> Response:
        token = request.path_params["token"]
        link = read_link(self.seal, token)
        if link is None:
            return self._page("There is no such link", "<p>Ask for a new one: <code>nextActionUrl</code>.</p>", 404)
        async with self.database.read(SYSTEM)() as read:
            is_old = link.until < read.now
        if is_old:
            return self._page("This link is too old", "<p>Ask for a new one: <code>nextActionUrl</code>.</p>", 410)
        url = f"{self.public_url}/pay/{token}"
        if request.method == "POST":
            return await self._act(request, link.payment_id, url)
        await self._look_again(request, link.payment_id)
        return self._shown(await self._bill(link.payment_id))

    async def _look_again(self, request: Request, payment_id: int) -> None:
        """Somebody comes back from one of the service's pages: its events may be slower than they are."""
        open_work = self.database.work(SYSTEM)
        with suppress(Unknown, Refused):
            if "redirect_status" in request.query_params:
                await charges.drive(open_work, self.gateway, payment_id)
            if "method" in request.query_params and (bill := await self._bill(payment_id)) is not None:
                await payers.refresh(open_work, self.gateway, bill.payment.payer_id)

    async def _act(self, request: Request, payment_id: int, url: str) -> Response:
        form: dict[str, Any] = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        bill = await self._bill(payment_id)
        try:
            where = await self._pay(payment_id, url) if form.get("do") == "pay" else await self._change(bill, url)
        except Unknown:
            return self._shown(await self._bill(payment_id), SILENT, 503)
        except Refusal as refusal:
            return self._shown(await self._bill(payment_id), refusal.message, 409)
        return RedirectResponse(where, 303)

    async def _pay(self, payment_id: int, url: str) -> str:
        open_work = self.database.work(SYSTEM)
        return await charges.pay_in_person(open_work, self.gateway, payment_id=payment_id, return_url=url) or url

    async def _change(self, bill: Bill | None, url: str) -> str:
        """To the service's page on which another payment method is saved. Without a payment there is nothing to see."""
        if bill is None:
            return url
        return await payers.start_setup(
            self.database.work(SYSTEM),
            self.gateway,
            payer_id=bill.payment.payer_id,
            name=bill.name,
            return_url=f"{url}?method=saved",
        )

    async def _bill(self, payment_id: int) -> Bill | None:
        async with self.database.read(SYSTEM)() as read:
            payment = await store.payment(read, payment_id)
            if payment is None:
                return None
            payer = await store.payer(read, payment.payer_id)
            brand = (await market.parties.by_ids(read, [payment.payer_id])).get(payment.payer_id)
            name = brand.name if brand is not None else ""
            return Bill(payment, payer, name, rules.may_retry(payment, read.now))

    def _shown(self, bill: Bill | None, trouble: str | None = None, status: int = 200) -> Response:
        if bill is None:
            return self._page("There is no such payment", "", 404)
        title, body = _told(bill)
        told = f"<p><strong>{escape(trouble)}</strong></p>" if trouble else ""
        return self._page(title, told + body, status)

    def _page(self, title: str, body: str, status: int = 200) -> Response:
        targets = "'self' https:" if self.public_url.startswith("https:") else "'self' https: http:"
        policy = f"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action {targets}"
        headers = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'", "Cache-Control": "no-store"}
        return HTMLResponse(LAYOUT.format(title=escape(title), body=body), status, headers=headers)


def _told(bill: Bill) -> tuple[str, str]:
    """The title, and what stands under it."""
    payment = bill.payment
    what = f"<p>{escape(payment.description)}: <strong>{Money(payment.amount_minor, payment.currency)}</strong></p>"
    if payment.status in rules.PAID:
        return "It is paid", f"{what}<p>Thank you. You can close this page.</p>"
    if payment.status is PaymentStatus.PROCESSING:
        return "It is being paid", f"{what}<p>Load this page again in a moment.</p>"
    if not bill.is_waiting:
        return "The deadline has passed", f"{what}<p>Nothing was charged, and the rights are free again.</p>"
    why = f"<p>{escape(payment.failure_message)}</p>" if payment.failure_message else ""
    until = f"<p>It can be paid until {payment.due_at:%d %B %Y, %H:%M} UTC.</p>"
    label = bill.payer.payment_method_label if bill.payer is not None else None
    pay = f'<button name="do" value="pay">Pay with {escape(label)}</button>' if label else ""
    change = f'<button name="do" value="change">{"Use another card" if label else "Add a card"}</button>'
    return "Pay for a licence", f'{what}{why}{until}<form method="post">{pay}{change}</form>'

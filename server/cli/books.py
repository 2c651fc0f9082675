"""Commands that look into the books: ledger verify, reconcile, warnings, catch-up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from core.actor import SYSTEM
from core.errors import NotFound
from core.work import Read
from market.store import licences
from payments import catching_up, ledger, reconciling, store
from payments.errors import GatewayError
from payments.money import Money
from payments.reconciling import Found
from server import gateway
from server.cli import opening
from server.database import Database
from server.processes.database import open_database, running_database
from server.settings import Settings

if TYPE_CHECKING:
    from payments.stripe_gateway import StripeGateway

T = TypeVar("T")

Explanation = StrEnum("Explanation", {name: name for name in ledger.EXPLANATIONS})  # type: ignore[misc]

app = typer.Typer()
ledger_app = typer.Typer(no_args_is_help=True, help="Look into the books.")
app.add_typer(ledger_app, name="ledger")


@ledger_app.command()
def verify() -> None:
    """Check every entry against every payment. Ends with 1, and says what is wrong, if anything is."""
    faults = opening.read(ledger.verify)
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("The ledger holds: every account, every payment, every share.")


@ledger_app.command()
def explain(
    transaction: Annotated[str, typer.Argument(help="As `reconcile` names it: txn_...")],
    explanation: Annotated[
        Explanation, typer.Argument(help="What it was; its account in the ledger follows from that.")
    ],
) -> None:
    """Say what a movement was that lies in suspense, having looked it up at the payment service. It is posted once."""
    try:
        amount = opening.work(lambda work: reconciling.explain(work, transaction, explanation.value))
    except NotFound as missing:
        typer.echo(missing.message, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{amount} of {transaction} is no longer in suspense: {explanation.value}.")


@app.command()
def reconcile(
    last: Annotated[
        bool, typer.Option("--last", help="Only say what the last one found, the nightly one perhaps.")
    ] = False,
) -> None:
    """Compare payments, ledger and the payment service's own lists. Ends with 1, and prints every difference.

    What moved the platform's balance and nobody can explain is put in suspense, and ends it with 1 until somebody does
    (`ledger explain`). What is just moving may differ: run it again. The platform's balance differs if others use its Stripe account too.
    """
    found = _last() if last else _reconciled()
    for line in (*found.differences, *found.remarks):
        typer.echo(line, err=True)
    if not found.is_clear:
        raise typer.Exit(1)
    typer.echo("All agree: the payments, the ledger and the payment service.")


@app.command()
def warnings() -> None:
    """Payments of which a bank has warned that they may be fraud, and that can still be refunded before they are disputed
    (`refundLicence`). Ends with 1 if there are any."""

    async def ask(read: Read) -> list[str]:
        warned = await store.warned_payments(read)
        numbers = await licences.numbers(read, [payment.reference for payment in warned])
        return [
            f"{numbers[payment.reference]}: {Money(payment.amount_minor - payment.refunded_minor, payment.currency)}, "
            f"warned of at {payment.fraud_warned_at:%Y-%m-%d %H:%M} UTC"
            for payment in warned
        ]

    warned = opening.read(ask)
    for line in warned:
        typer.echo(line, err=True)
    if warned:
        raise typer.Exit(1)
    typer.echo("No bank has warned of a payment that can still be refunded.")


@app.command("catch-up")
def catch_up(
    days: Annotated[int, typer.Option(min=1, max=30, help="How far back; the payment service keeps 30.")] = 3,
    everything: Annotated[bool, typer.Option("--all", help="Those too that the service says it delivered.")] = False,
) -> None:
    """Fetch the events that never came, after an outage. The workers handle them; what came before is left alone."""

    async def fetch(stripe: "StripeGateway", database: Database) -> int:
        back = timedelta(days=days)
        return await catching_up.catch_up(database.work(SYSTEM), stripe, back=back, only_undelivered=not everything)

    typer.echo(f"{_with_stripe(fetch)} events had been missed.")


def _last() -> Found:
    async def ask(read: Read) -> Found:
        kept = await store.last_reconciliation(read)
        if kept is None:
            return Found(["nothing was ever reconciled"], [])
        typer.echo(f"Reconciled at {kept.at:%Y-%m-%d %H:%M} UTC.")
        return Found(kept.differences, kept.remarks)

    return opening.read(ask)


def _reconciled() -> Found:
    async def compare(stripe: "StripeGateway", database: Database) -> Found:
        try:
            return await reconciling.reconcile(database.work(SYSTEM), database.snapshot(SYSTEM), stripe)
        except GatewayError as error:
            return Found([f"the payment service did not answer: {error.message}"], [])

    return _with_stripe(compare)


def _with_stripe(do: "Callable[[StripeGateway, Database], Awaitable[T]]") -> T:
    async def run(settings: Settings, url: str) -> T:
        async with open_database(settings, url) as database:
            stripe = gateway.connect(settings, database)
            try:
                return await do(stripe, database)
            finally:
                await stripe.close()

    settings = opening.settings()
    with running_database(settings) as url:
        return asyncio.run(run(settings, url))

"""Commands that look into the books: ledger verify, reconcile."""

import asyncio

import typer

from core.actor import SYSTEM
from payments import ledger, reconciliation
from payments import store as payments
from payments.errors import GatewayError
from server import gateway, processes
from server.cli import opening
from server.settings import Settings

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


@app.command()
def reconcile() -> None:
    """Compare payments, ledger and the payment service's own lists. Ends with 1, and prints every difference.

    What is just moving may differ: run it again. The platform's balance differs if others use its Stripe account too.
    """
    differences = _compare()
    for difference in differences:
        typer.echo(difference, err=True)
    if differences:
        raise typer.Exit(1)
    typer.echo("All agree: the payments, the ledger and the payment service.")


def _compare() -> list[str]:
    async def run(settings: Settings, url: str) -> list[str]:
        stripe = gateway.connect(settings)
        try:
            async with processes.open_database(settings, url) as database:
                async with database.read(SYSTEM)() as read:
                    accounts = await payments.every_account(read)
                books = await stripe.books(accounts)
                async with database.snapshot(SYSTEM)() as read:
                    return await reconciliation.compare(read, books)
        except GatewayError as error:
            return [f"the payment service did not answer: {error.message}"]
        finally:
            await stripe.close()

    settings = opening.settings()
    with processes.running_database(settings) as url:
        return asyncio.run(run(settings, url))

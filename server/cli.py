"""The commands: `twinmarket serve`, `worker`, `sandbox`, `demo`, and what an operator does by hand."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from core.actor import SYSTEM, Scope
from core.errors import Refusal
from core.work import Read, Work
from market import parties
from market import store as market
from market.rights import Industry
from market.states import PartyKind
from payments import ledger, reconciliation
from payments import store as payments
from payments.errors import GatewayError
from server import auth, gateway, logs, migrations, processes, store
from server import settings as configuration
from server.demo import main as demonstration
from server.graphql.schema import printed
from server.health import Unfit
from server.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    name="twinmarket",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "A marketplace where models license digital twins of themselves, and every payment is split.\n\n"
        "`twinmarket demo` shows all of it on this machine. To run it: `serve`, and at least one `worker` beside it. "
        "Every setting is an environment variable, or a line in `.env`; `.env.example` explains them all."
    ),
)
ledger_app = typer.Typer(no_args_is_help=True, help="Look into the books.")
app.add_typer(ledger_app, name="ledger")

Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        confirmation_prompt=True,
        hide_input=True,
        envvar="TWINMARKET_PASSWORD",
        help="Asked for if not given.",
    ),
]


@app.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer requests.")] = 1,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Instead of PORT.")] = None,
) -> None:
    """Answer GraphQL over HTTP and WebSocket, webhooks and /health.

    Without DATABASE_URL the embedded PostgreSQL is started, or joined if another command has started it.
    """
    if port is not None:
        os.environ["PORT"] = str(port)  # the server's processes read it too
    processes.serve(_settings(), workers=workers)


@app.command()
def worker() -> None:
    """Run the jobs: charges, transfers, deadlines, closes. Run as many as you like; each job is done by one of them."""
    processes.work(_settings())


@app.command()
def sandbox() -> None:
    """Stand in for Stripe, offline, on SANDBOX_PORT: what `serve` and `worker` use when STRIPE_API_KEY is empty."""
    processes.pretend_to_be_stripe(_settings())


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End when the story has ended; for scripts.")] = False,
) -> None:
    """Play a whole sale on this machine, from an empty database to the payout, then leave it open for you to try."""
    raise typer.Exit(demonstration.run(_settings(), once=once))


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date. Safe to run at any time, by several at once."""
    with processes.running_database(_settings()) as url:
        migrations.upgrade(url)
    typer.echo(f"The tables are those of revision {migrations.head()}.")


@app.command("export-schema")
def export_schema(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; standard output if left out.")] = None,
) -> None:
    """Print the GraphQL schema in its own language."""
    text = printed()
    if file is None:
        sys.stdout.write(text)
    else:
        file.write_text(text)


@app.command("create-party")
def create_party(
    kind: Annotated[PartyKind, typer.Argument(case_sensitive=False)],
    handle: Annotated[str, typer.Argument(help="Lower case and dashes, for addresses: north-face-models.")],
    name: str,
    country: Annotated[str, typer.Argument(help="ISO 3166-1 alpha-2: SE.")],
    email: Annotated[str, typer.Option(help="Of the first person who acts for it.")],
    password: Password,
    person: Annotated[str | None, typer.Option(help="That person's name; the party's if left out.")] = None,
    industry: Annotated[Industry | None, typer.Option(case_sensitive=False, help="Of a brand.")] = None,
) -> None:
    """Add a model, an agency or a brand, with the first person who acts for it."""

    async def add(work: Work) -> str:
        party = await parties.create(work, kind=kind, handle=handle, name=name, country=country, industry=industry)
        hashed = await auth.hash_password(password)
        await parties.add_member(
            work, party_id=_id(party.id), email=email, person_name=person or name, password_hash=hashed
        )
        return f"{party.name} ({party.handle}) is here; {email} acts for it."

    typer.echo(_work(add))


@app.command("create-operator")
def create_operator(email: str, name: str, password: Password) -> None:
    """Add somebody who runs the marketplace."""

    async def add(work: Work) -> str:
        hashed = await auth.hash_password(password)
        operator = await parties.create_operator(work, email=email, name=name, password_hash=hashed)
        return f"{operator.email} is an operator."

    typer.echo(_work(add))


@app.command("create-api-key")
def create_api_key(
    holder: Annotated[str, typer.Argument(help="A party's handle, or an operator's email: whom the key acts for.")],
    name: Annotated[str, typer.Option(help="To tell keys apart.")] = "command line",
    scope: Annotated[
        list[Scope] | None, typer.Option(case_sensitive=False, help="What it may do; everything if left out.")
    ] = None,
) -> None:
    """Make an API key and print it. It is shown this once."""
    scopes = scope or list(Scope)

    async def add(work: Work) -> str:
        if "@" in holder:
            person_id = await store.operator_named(work, holder)
            return await parties.create_operator_key(work, person_id=person_id, name=name, scopes=scopes)
        party = await market.parties.by_handle(work, holder)
        _, key = await parties.create_api_key(work, party_id=party.id, name=name, scopes=scopes)
        return key

    typer.echo(_work(add))


@ledger_app.command()
def verify() -> None:
    """Check every entry against every payment. Ends with 1, and says what is wrong, if anything is."""
    faults = _read(ledger.verify)
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


def main() -> None:
    """What is wrong with the settings or the database is said in one line each, and ends with 2."""
    try:
        app()
    except (configuration.SettingsError, Unfit) as wrong:
        for line in str(wrong).splitlines():
            sys.stderr.write(f"twinmarket: {line}\n")
        sys.exit(2)
    except Refusal as refusal:
        sys.stderr.write(f"twinmarket: {refusal.message}\n")
        sys.exit(1)


def _settings() -> Settings:
    settings = configuration.load()
    logs.configure(settings.log_level, settings.log_format)
    return settings


def _work(do: Callable[[Work], Awaitable[T]]) -> T:
    async def run(settings: Settings, url: str) -> T:
        async with processes.open_database(settings, url) as database, database.work(SYSTEM)() as work:
            return await do(work)

    settings = _settings()
    with processes.running_database(settings) as url:
        return asyncio.run(run(settings, url))


def _read(ask: Callable[[Read], Awaitable[T]]) -> T:
    async def run(settings: Settings, url: str) -> T:
        async with processes.open_database(settings, url) as database, database.snapshot(SYSTEM)() as read:
            return await ask(read)

    settings = _settings()
    with processes.running_database(settings) as url:
        return asyncio.run(run(settings, url))


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

    settings = _settings()
    with processes.running_database(settings) as url:
        return asyncio.run(run(settings, url))


def _id(number: int | None) -> int:
    if number is None:
        raise ValueError("A row that was not kept has no id.")
    return number


if __name__ == "__main__":
    main()

"""`twinmarket demo`: everything on one machine, from nothing to a paid licence, and then yours to try."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from core.actor import SYSTEM
from core.seal import Seal
from payments import reconciliation
from server import migrations
from server.database import Database
from server.demo.processes import Troupe, free_port, is_free
from server.demo.seed import PASSWORD, Account, Seeding, as_row, create_parties, is_filled
from server.demo.show import Failed, Stage
from server.demo.story import Story
from server.postgres import Postgres
from server.settings import Settings

PATIENCE_SECONDS = 20


def run(settings: Settings, *, once: bool) -> int:
    """Play the demo. 0 when every step held (or, without `once`, when it was stopped by Ctrl-C); 1 when one did not."""
    return asyncio.run(_run(settings, once=once))


async def _run(settings: Settings, *, once: bool) -> int:
    stage = Stage()
    if not is_free(settings.port):
        stage.say(f"Port {settings.port} is in use. Choose another: make demo PORT={settings.port + 1}", style="red")
        return 1
    playing = asyncio.ensure_future(_play(settings, stage, once=once))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, playing.cancel)
    try:
        await playing
    except asyncio.CancelledError:
        stage.say("\nStopped. Everything that the demo started has ended.")
        return 1 if once else 0
    except Failed as failed:
        stage.say(f"\nThe demo failed at step {stage.title or '0'}\n{failed}", style="red")
        return 1
    return 0


async def _play(settings: Settings, stage: Stage, *, once: bool) -> None:
    var = settings.data
    var.mkdir(parents=True, exist_ok=True)
    accounts_file = var / "demo.json"
    kept = _kept_accounts(accounts_file)
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(_database(settings, stage))
        if not await is_filled(database):
            kept = []  # their keys belong to a database that is gone, and so do the sandbox's accounts
            settings.sandbox_state.unlink(missing_ok=True)
        elif settings.uses_sandbox and not settings.sandbox_state.exists():
            raise Failed(
                f"This database was filled by a demo whose Stripe sandbox is gone ({settings.sandbox_state}). "
                f"To begin anew, remove {settings.postgres_data}, or name an empty database in DATABASE_URL."
            )
        troupe, sandbox = await stack.enter_async_context(_troupe(settings, stage, database.url))
        url = f"http://127.0.0.1:{settings.port}/graphql"
        async with httpx.AsyncClient(timeout=30) as http:
            with stage.console.status("   filling the market: 3 agencies, 12 models, 20 twins, 6 brands ..."):
                accounts = await create_parties(database, Seal(settings.secret.get_secret_value()), kept)
                market = Seeding(url, accounts, http)
                await market.fill()
            stage.say("The market is filled: 3 agencies, 12 models, 20 twins, 6 brands.")
            await asyncio.to_thread(_write_accounts, accounts_file, url, accounts)
            await Story(stage, market).play()
            await _compare(stage, database, http, sandbox)
        if once:
            stage.say("\nEvery step held.", style="bold green")
            return
        _what_next(stage, settings, accounts)
        while True:
            troupe.check()
            await asyncio.sleep(0.5)


@asynccontextmanager
async def _database(settings: Settings, stage: Stage) -> AsyncIterator[Database]:
    async with contextlib.AsyncExitStack() as stack:
        url = settings.database_url
        if url is None:
            stage.say(f"Starting PostgreSQL in {settings.data / 'postgres'}.")
            server = await asyncio.to_thread(Postgres(settings.postgres_data).start)
            stack.callback(server.stop)
            url = server.url()
        await asyncio.to_thread(migrations.upgrade, url)
        database = Database.connect(url)
        stack.push_async_callback(database.close)
        yield database


@asynccontextmanager
async def _troupe(settings: Settings, stage: Stage, database_url: str) -> AsyncIterator[tuple[Troupe, str | None]]:
    """The API, the worker and, unless Stripe itself is used, the sandbox. Yields them and the sandbox's address."""
    environment = {"DATABASE_URL": database_url, "PORT": str(settings.port), "TWINMARKET_DATA": str(settings.data)}
    sandbox = None
    if settings.uses_sandbox:
        port = free_port()
        sandbox = f"http://127.0.0.1:{port}"
        environment |= {"SANDBOX_PORT": str(port), "STRIPE_API_BASE": sandbox}
    troupe = Troupe(settings.data / "logs", environment)
    try:
        with stage.console.status("   starting the API, the worker and the Stripe sandbox ..."):
            if sandbox:
                await troupe.start("sandbox")
                await troupe.answers(f"{sandbox}/_sandbox/books")
            await troupe.start("worker")
            await troupe.start("serve")
            await troupe.answers(f"http://127.0.0.1:{settings.port}/health")
        stage.say(f"The API, the worker and {'the Stripe sandbox' if sandbox else 'Stripe'} are up.")
        yield troupe, sandbox
    finally:
        await troupe.stop()


async def _compare(stage: Stage, database: Database, http: httpx.AsyncClient, sandbox: str | None) -> None:
    """Ledger = Stripe = what the inputs imply."""
    stage.step("The books: ledger = Stripe = what the inputs imply")
    if sandbox is None:
        stage.note("Stripe itself is in use: `twinmarket reconcile` compares with its lists.")
        return
    books, differences = await settled_books(database, http, sandbox)
    stage.check(not differences, "the books differ: " + "; ".join(differences[:5]))
    stage.note(
        f"{len(books.charges)} charges, {len(books.transfers)} transfers, {len(books.payouts)} payouts: not a cent apart."
    )


async def settled_books(
    database: Database, http: httpx.AsyncClient, sandbox: str
) -> tuple[reconciliation.Books, list[str]]:
    """Stripe's books, and where ours differ from them once the payouts that are under way have been heard of."""
    for _ in range(PATIENCE_SECONDS * 5):
        books = reconciliation.Books.from_json((await http.get(f"{sandbox}/_sandbox/books")).json())
        async with database.snapshot(SYSTEM)() as read:
            differences = list(await reconciliation.compare(read, books))
        if not differences:
            break
        await asyncio.sleep(0.2)
    return books, differences


def _kept_accounts(file: Path) -> list[Account]:
    """The accounts of an earlier demo on this folder. The file goes away until the market is up again."""
    try:
        rows = json.loads(file.read_text())["accounts"]
        kept = [Account(**row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    file.unlink()
    return kept


def _write_accounts(file: Path, url: str, accounts: list[Account]) -> None:
    whole = file.with_suffix(".json.new")
    whole.touch(mode=0o600)
    whole.write_text(
        json.dumps(
            {"graphql": url, "accounts": [as_row(account) for account in accounts]}, indent=2, ensure_ascii=False
        )
        + "\n"
    )
    whole.replace(file)


def _what_next(stage: Stage, settings: Settings, accounts: list[Account]) -> None:
    brand = next(account for account in accounts if account.handle == "havsand")
    base = f"http://127.0.0.1:{settings.port}"
    stage.say("\nEvery step held. The market stays open; Ctrl-C closes it.\n", style="bold green")
    stage.say(
        f"  Web app          {base}   ada-lindqvist@example.com, havsand@example.com, nordlys@example.com; {PASSWORD}"
    )
    stage.say(f"  GraphQL          {base}/graphql   (examples: {base}/graphiql)")
    stage.say(f"  Accounts, keys   {settings.data / 'demo.json'}")
    stage.say(f"  Logs             {settings.data / 'logs'}")
    stage.say("\nTry it as a brand:\n")
    stage.console.print(
        f"  curl {base}/graphql -H 'Authorization: Bearer {brand.apiKey}' \\\n"
        "    -H 'Content-Type: application/json' -d '"
        '{"query": "{ twins(first: 3) { nodes { handle name } } }"}' + "'",
        soft_wrap=True,
        markup=False,
    )

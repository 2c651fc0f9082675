"""Commands that run the market: serve, worker, sandbox, demo, migrate, export-schema, export-figures."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from server import figures, revisions
from server.cli import opening
from server.graphql.schema import printed
from server.processes import api
from server.processes.database import running_database, upgrade

app = typer.Typer()


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
    api.serve(opening.settings(), workers=workers)


@app.command()
def worker() -> None:
    """Run the jobs: charges, transfers, deadlines, closes. Run as many as you like; each job is done by one of them."""
    _loaded("server.processes.worker").work(opening.settings())


@app.command()
def sandbox() -> None:
    """Stand in for Stripe, offline, on SANDBOX_PORT: what `serve` and `worker` use when STRIPE_API_KEY is empty."""
    _loaded("server.processes.sandbox").pretend_to_be_stripe(opening.settings())


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End when the story has ended; for scripts.")] = False,
) -> None:
    """Play a whole sale on this machine, from an empty database to the payout, then leave it open for you to try."""
    raise typer.Exit(_loaded("server.demo.main").run(opening.settings(), once=once))


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date. Safe to run at any time, by several at once."""
    with running_database(opening.settings()) as url:
        upgrade(url)
    typer.echo(f"The tables are those of revision {revisions.head()}.")


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


@app.command("export-figures")
def export_figures(which: figures.Figures) -> None:
    """Print what the web app knows of the market without asking: frontend/src/shared/{market,places,currencies}.json."""
    sys.stdout.write(figures.printed(which))


def _loaded(module: str) -> Any:
    """What one command alone stands on comes when that command is given: `serve` would keep all of it, and begin later."""
    return import_module(module)

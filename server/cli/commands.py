"""The commands: `twinmarket serve`, `worker`, `sandbox`, `demo`, and what an operator does by hand."""

import sys

import typer

from core.errors import Refusal
from server import settings as configuration
from server.cli import audit, books, keys, people, running
from server.health import Unfit

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
for commands in (running, people, books, keys, audit):
    app.add_typer(commands.app)


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

"""Commands for the keys that certificates are signed with: keys rotate, keys list."""

from typing import Annotated

import typer

from core.seal import Seal
from core.work import Read, Work
from market import certificates, store
from server.cli import opening

app = typer.Typer()
keys_app = typer.Typer(no_args_is_help=True, help="The keys that certificates are signed with.")
app.add_typer(keys_app, name="keys")


@keys_app.command()
def rotate(
    compromised: Annotated[
        bool, typer.Option(help="Somebody else may have the old key: nothing that it signed is believed any more.")
    ] = False,
) -> None:
    """Sign with a new key from now on. The old one stays in /.well-known/jwks.json while its certificates count."""
    seal = Seal(opening.settings().secret.get_secret_value())

    async def change(work: Work) -> str:
        return (await certificates.rotate(work, seal, revoke=compromised)).id

    typer.echo(f"Certificates are signed with {opening.work(change)} now.")


@keys_app.command("list")
def list_keys() -> None:
    """Say which keys are published, the newest first."""

    async def ask(read: Read) -> list[str]:
        return [
            f"{key.kid}  since {key.created_at:%Y-%m-%d}{f', until {key.retired_at:%Y-%m-%d}' if key.retired_at else ''}"
            for key in await store.certificates.published(read)
        ]

    for line in opening.read(ask) or ["No certificate was signed yet: the first one makes a key."]:
        typer.echo(line)

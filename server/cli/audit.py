"""Commands for the audit log: audit verify, show, forget."""

from typing import Annotated

import typer

from core import store
from core.tables import Audit, AuditOrigin
from core.work import Read, Work
from server import auditing
from server.cli import opening

app = typer.Typer()
audit_app = typer.Typer(no_args_is_help=True, help="Look into the audit log.")
app.add_typer(audit_app, name="audit")


@audit_app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="What an earlier `audit verify` printed, NUMBER:DIGEST, kept elsewhere.")
    ] = None,
) -> None:
    """Check every row against the chain. Ends with 1, and names the first that is wrong, if any is.

    Keep what it prints somewhere else: with it, the next run also sees if the whole chain was made anew, or cut short.
    """
    anchor = _anchor(head)

    async def ask(read: Read) -> auditing.Verdict:
        return await auditing.verify(read, anchor=anchor)

    verdict = opening.read(ask)
    if verdict.fault is not None:
        typer.echo(f"{verdict.fault} The {verdict.rows} rows before it hold.", err=True)
        raise typer.Exit(1)
    typer.echo(f"The audit log holds: {verdict.rows} rows.")
    typer.echo(f"{verdict.rows}:{verdict.head}")


@audit_app.command()
def show(
    actor: Annotated[str | None, typer.Option(help="Of one caller: person:7, key:12, anonymous, system.")] = None,
    kind: Annotated[str | None, typer.Option(help="Of one kind: SignedIn, LicenceAccepted, RefundRequested.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
) -> None:
    """Print the newest rows, oldest first: when, who, from where, what."""

    async def ask(read: Read) -> list[str]:
        rows = await store.audit_rows(read, actor=actor, kind=kind, limit=limit)
        origins = await store.audit_origins(read, [row.id for row in rows if row.id is not None])
        return [_line(row, origins.get(row.id or 0)) for row in rows]

    for line in opening.read(ask):
        typer.echo(line)


@audit_app.command()
def forget(person: Annotated[int, typer.Argument(help="The number of a person, as `audit show` names them.")]) -> None:
    """Forget from which addresses a person acted. The rows stay, under a pseudonym, and still verify."""

    async def erase(work: Work) -> int:
        return await store.forget_origins(work, person_ids=[person])

    typer.echo(f"{opening.work(erase)} addresses are forgotten.")


def _line(row: Audit, origin: AuditOrigin | None) -> str:
    address = origin.address if origin else "-"
    return f"{row.id}  {row.at:%Y-%m-%d %H:%M:%S}  {row.actor}  {address}  {row.kind}  {row.body}"


def _anchor(head: str | None) -> tuple[int, str] | None:
    if head is None:
        return None
    number, _, digest = head.partition(":")
    if not number.isdigit() or not digest:
        raise typer.BadParameter("a head is NUMBER:DIGEST, as `audit verify` prints it")
    return int(number), digest

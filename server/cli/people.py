"""Commands that let people and programs in: create-party, create-operator, create-api-key, people reset."""

from typing import Annotated

import typer

from core.actor import Scope
from core.errors import NotFound
from core.seal import Seal
from core.work import Work
from market import parties
from market import store as market
from market.facts import PasswordResetOffered
from market.rights import Industry
from market.states import PartyKind
from server import auth, resets, store
from server.cli import opening

app = typer.Typer()
people_app = typer.Typer(no_args_is_help=True, help="Help people who cannot come in.")
app.add_typer(people_app, name="people")

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

    typer.echo(opening.work(add))


@app.command("create-operator")
def create_operator(email: str, name: str, password: Password) -> None:
    """Add somebody who runs the marketplace."""

    async def add(work: Work) -> str:
        hashed = await auth.hash_password(password)
        operator = await parties.create_operator(work, email=email, name=name, password_hash=hashed)
        return f"{operator.email} is an operator."

    typer.echo(opening.work(add))


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

    typer.echo(opening.work(add))


@people_app.command()
def reset(email: Annotated[str, typer.Argument(help="With which she signs in.")]) -> None:
    """Print a link with which somebody who forgot her password sets a new one. It works once, for an hour.

    Hand it to her alone, and only once you are sure who she is: whoever has it signs in as her. Using it ends all her sessions.
    """
    chosen = opening.settings()

    async def offer(work: Work) -> str:
        person = await store.person_by_email(work, email)
        if person is None:
            raise NotFound(f"Nobody who may sign in has the email {email!r}.")
        work.record(PasswordResetOffered(person_id=_id(person.id)))
        return resets.link(Seal(chosen.secret.get_secret_value()), chosen.url, person, work.now)

    typer.echo(opening.work(offer))


def _id(number: int | None) -> int:
    if number is None:
        raise ValueError("A row that was not kept has no id.")
    return number

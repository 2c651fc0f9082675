"""The web application of one deployment."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

from starlette.applications import Starlette

from payments.gateway import Gateway
from resolvers.loaders import keeping
from server import gateway, logs, settings
from server.assembly import assemble
from server.database import Database
from server.gateway import Unconnected
from server.graphql.schema import build_schema
from server.settings import Settings

YOUNG = 20_000
"""So many new objects, and somebody looks for garbage among them. Those of the answers that are being made are thousands, and
few are garbage; after Python's own 700 it takes a tenth of all time."""


def create_app(settings: Settings, database: Database, gateway: Gateway) -> Starlette:
    return assemble(settings, database, gateway, schema=build_schema(), loaders=keeping())


def from_environment() -> Starlette:
    """For a server's process: it makes its own connections, and closes them when it ends."""
    chosen = settings.load()
    logs.configure(chosen.log_level, chosen.log_format)
    if chosen.database_url is None:
        raise settings.SettingsError(
            "DATABASE_URL: `twinmarket serve` starts the embedded database; this process must be told."
        )
    database = Database.connect(chosen.database_url, pool_size=chosen.database_pool)
    stripe = Unconnected(partial(gateway.connect, chosen, database))
    app = create_app(chosen, database, cast(Gateway, stripe))
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with inner(app):
                gc.collect()
                gc.freeze()  # the schema and all that was imported stay for ever: no collection need look at them again
                gc.set_threshold(YOUNG)
                yield
        finally:
            await stripe.close()
            await database.close()

    app.router.lifespan_context = lifespan
    return app

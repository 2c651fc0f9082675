"""Documents known by their hash, so that a client sends 64 letters instead of the text.

The wire format is that of automatic persisted queries: `extensions.persistedQuery.sha256Hash` alone first; where it is not
known, once more with the text, by POST or over a WebSocket, and from then on every process knows it. They are kept in
PostgreSQL, up to a number; the longest unused go first, and whoever sends such a hash is told PersistedQueryNotFound again.
With a list of known documents nothing else is answered.
"""

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import orjson
from graphql import GraphQLError

from server import store
from server.database import Database
from server.graphql.documents import KEPT_LENGTH, Documents, Rejected, Understood, hash_of
from server.graphql.negotiation import Malformed, Parameters

KEPT_IN_ALL = 5_000
AT_MOST = 6_000
"""Between two sweeps."""
REMEMBERED = 1_000
"""Documents that a process knows to be kept."""


class Trusted:
    """One per process. `listed`: hash (or the name that a client's compiler gave it) and text; None: any document."""

    def __init__(self, database: Database, documents: Documents, listed: Mapping[str, str] | None = None) -> None:
        self.database = database
        self.documents = documents
        self._kept: OrderedDict[str, None] = OrderedDict()
        self._listed = None if listed is None else {**listed, **{hash_of(text): text for text in listed.values()}}

    def is_new(self, parameters: Parameters) -> bool:
        """Whether this asks for a document to be kept that this process does not know to be kept."""
        if parameters.hash is None or not parameters.query or self._listed is not None:
            return False
        return parameters.hash not in self._kept

    async def understand(self, parameters: Parameters) -> Understood:
        """What the parameters name. Raises Rejected, and Malformed when hash and text are not of the same document."""
        hash = parameters.hash or ""
        if parameters.query:
            return self._written_out(parameters)
        if self._listed is not None:
            if (text := self._listed.get(hash)) is None:
                raise _not_found()
            return self.documents.understand(text)
        if (known := self.documents.find(hash)) is not None:
            return known
        async with self.database.reads.connect() as connection:
            found = await store.find_document(connection, hash)
        if found is None:
            raise _not_found()
        return self.documents.understand(found, hash)

    async def keep(self, text: str) -> None:
        """A document that was understood: every process finds it by its hash from now on."""
        if len(text) <= KEPT_LENGTH:
            hash = hash_of(text)
            async with self.database.reads.connect() as connection:
                await store.keep_document(connection, hash, text, at_most=AT_MOST)
            self._kept[hash] = None
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)

    def _written_out(self, parameters: Parameters) -> Understood:
        hash = hash_of(parameters.query)
        if self._listed is not None and hash not in self._listed:
            message = "Only listed documents are answered here. Send the hash of one."
            raise Rejected([GraphQLError(message, extensions={"code": "FORBIDDEN"})])
        if self._listed is None and parameters.hash not in (None, hash):
            raise Malformed("`sha256Hash` is not the SHA-256 of `query`: 64 digits and small letters, of its UTF-8.")
        return self.documents.understand(parameters.query, hash)


def _not_found() -> Rejected:
    """As the clients know it."""
    return Rejected([GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})])


def read_list(file: Path) -> Mapping[str, str]:
    """A JSON object of hash and document. Raises OSError, ValueError."""
    listed = orjson.loads(file.read_bytes())
    if not isinstance(listed, dict) or not all(isinstance(text, str) for text in listed.values()):
        raise ValueError(f"{file} must hold a JSON object of hash and document.")
    return listed

"""Statements and their lines."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.paging import Slice, Window
from core.work import Read
from market.store.statements import LicenceNamed, licences_named
from payments import statements, store
from payments.statements import Line
from resolvers.loaders.batches import Batches
from resolvers.paging import asking, connection
from schema.paging import Page
from schema.statements import Statement, StatementConnection, StatementLine, StatementLineConnection


class Statements(Batches):
    async def statements_of(self, payee_id: int, page: Page) -> StatementConnection:
        """They are few: twelve a year and currency. So all of them are summed, and the page is cut out of them."""
        async with self.read() as read:
            found = await statements.statements(read, payee_id)

        async def count() -> int:
            return len(found)

        cut = _cut(found, page.window("statements"))
        return connection(StatementConnection, cut, list_name="statements", present=Statement.of, count=count)

    async def statement_lines(self, statement: Statement, page: Page) -> StatementLineConnection:
        month = (statement.payee_id, statement.month, str(statement.currency))
        count = asking(self.read, store.count_movements, *month)
        return await self._lines(statements.lines, statement, page.window("statement lines"), count)

    async def statement_model_lines(self, statement: Statement, page: Page) -> StatementLineConnection:
        async def count() -> int:
            async with self.read() as read:
                month, currency = statement.month, str(statement.currency)
                return await store.count_movements_beside(
                    read,
                    statement.payee_id,
                    month=month,
                    currency=currency,
                    own_role=statements.AGENCY,
                    other_role=statements.MODEL,
                )

        return await self._lines(statements.lines_of_models, statement, page.window("statement models"), count)

    async def _lines(
        self,
        find: Callable[..., Awaitable[Slice[Line]]],
        statement: Statement,
        window: Window,
        count: Callable[[], Awaitable[int]],
    ) -> StatementLineConnection:
        month, currency = statement.month, str(statement.currency)
        async with self.read() as read:
            found = await find(read, statement.payee_id, month=month, currency=currency, window=window)
            named = await named_of(read, found.rows)

        def present(line: Line) -> StatementLine:
            return StatementLine.of(line, named.get(line.reference or 0))

        name = "statement lines" if find is statements.lines else "statement models"
        return connection(StatementLineConnection, found, list_name=name, present=present, count=count)


async def named_of(read: Read, lines: Sequence[Line]) -> Mapping[int, LicenceNamed]:
    """The licences of the lines, by reference."""
    return await licences_named(read, {line.reference for line in lines if line.reference is not None})


def _cut(found: Sequence[statements.Statement], window: Window) -> Slice[statements.Statement]:
    """The window, out of a whole list that is newest first."""

    def key(each: statements.Statement) -> tuple[str, str]:
        return each.month.isoformat(), each.currency

    ordered = sorted(found, key=key, reverse=True)
    after, before = (None if edge is None else (str(edge[0]), str(edge[1])) for edge in (window.after, window.before))
    inside = [e for e in ordered if (after is None or key(e) < after) and (before is None or key(e) > before)]
    first = max(len(inside) - window.limit, 0) if window.backwards else 0
    shown = inside[first : first + window.limit]
    more = len(inside) > len(shown)
    return Slice(
        rows=tuple(shown),
        keys=tuple(key(each) for each in shown),
        has_next=before is not None if window.backwards else more,
        has_previous=more if window.backwards else after is not None,
    )

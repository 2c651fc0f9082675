"""What the written functions run on: the state of one completion, and the wait for what is not there yet."""

from asyncio import Future, ensure_future, gather
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from types import CoroutineType, GeneratorType
from typing import Any, TypeAlias, cast

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLResolveInfo, Undefined
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema_converter import get_arguments
from strawberry.types import Info
from strawberry.types.field import StrawberryField

Completer = Callable[[Any, "Completion"], Any]
"""Makes of a value what stands for it in the answer. Raises whatever it likes: it is `Bail` to all."""

Coming: TypeAlias = tuple[Awaitable[Any], dict[str, Any], str, Completer]
"""A value that will come, the object and the name under which it will stand there, and what is to be made of it."""


HERE: set[type] = set()
"""Classes of values that nobody need wait for. Of generators some have to be waited for."""


class Bail(Exception):
    """Something is unusual: graphql-core will know what it means."""


class Asked:
    """A field with a resolver, as one selection asks for it."""

    __slots__ = ("details", "field", "key", "kind", "literals", "reader", "strawberry")

    def __init__(
        self,
        kind: GraphQLObjectType,
        key: str,
        field: GraphQLField,
        details: FieldDetailsList,
        strawberry: StrawberryField,
        reader: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        literals: Callable[[Mapping[str, Any]], dict[str, Any] | None] | None = None,
    ) -> None:
        self.kind = kind
        self.key = key
        self.field = field
        self.details = details
        self.strawberry = strawberry
        self.reader = reader
        self.literals = literals

    @property
    def nodes(self) -> list[FieldNode]:
        return [each.node for each in self.details]


class Described:
    """graphql-core's description of a field, made when more is asked of it than the context."""

    __slots__ = ("_asked", "_raw", "context")

    def __init__(self, asked: Asked, raw: "Raw") -> None:
        self._asked = asked
        self._raw = raw
        self.context = raw.executor.context_value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw[self._asked], name)


class Raw(dict[Asked, GraphQLResolveInfo[Any]]):
    """graphql-core's description of each field, made when it is first asked for."""

    def __init__(self, executor: Any) -> None:
        self.executor = executor

    def __missing__(self, asked: Asked) -> GraphQLResolveInfo[Any]:
        path = Path(None, asked.key, asked.kind.name)
        made: GraphQLResolveInfo[Any] = self.executor.build_resolve_info(asked.field, asked.nodes, asked.kind, path)
        self[asked] = made
        return made


class Infos(dict[Asked, Info]):
    """Strawberry's."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw

    def __missing__(self, asked: Asked) -> Info:
        described = cast(GraphQLResolveInfo[Any], Described(asked, self.raw))
        made = self[asked] = Info(_raw_info=described, _field=asked.strawberry)
        return made


class Given(dict[Asked, dict[str, Any]]):
    """The arguments of each field, by their names in GraphQL."""

    def __init__(self, executor: Any) -> None:
        self.executor = executor

    def __missing__(self, asked: Asked) -> dict[str, Any]:
        first, values = asked.details[0], self.executor.variable_values
        if asked.literals is None:
            made = get_argument_values(asked.field, first.node, values, first.fragment_variable_values)
        elif (found := asked.literals(values.coerced)) is not None:
            made = found
        else:
            raise Bail
        self[asked] = made
        return made


class Arguments(dict[Asked, dict[str, Any]]):
    """The same as the resolver takes them, without source and info."""

    def __init__(self, given: Given, infos: Infos, converter: Any) -> None:
        self.given = given
        self.infos = infos
        self.converter = converter

    def __missing__(self, asked: Asked) -> dict[str, Any]:
        if asked.reader is not None:
            made = self[asked] = asked.reader(self.given[asked])
            return made
        field, resolver = asked.strawberry, asked.strawberry.base_resolver
        config, scalars = self.converter.config, self.converter.scalar_registry
        _, named = get_arguments(
            field=field,
            source=None,
            info=self.infos[asked],
            kwargs=self.given[asked],
            config=config,
            scalar_registry=scalars,
        )
        for reserved in (resolver.root_parameter, resolver.parent_parameter, resolver.info_parameter):  # type: ignore[union-attr]
            if reserved is not None:
                del named[reserved.name]
        self[asked] = named
        return named


class Completion:
    """Of one value. `waiting` are values that will come, each with its place in the answer and what is to be made of it."""

    __slots__ = ("arguments", "executor", "given", "infos", "load", "raw", "seal", "waiting")

    def __init__(self, executor: Any, converter: Any) -> None:
        self.executor = executor
        self.load = getattr(executor.context_value, "load", None)
        self.seal = getattr(executor.context_value, "seal", None)
        self.raw = Raw(executor)
        self.infos = Infos(self.raw)
        self.given = Given(executor)
        self.arguments = Arguments(self.given, self.infos, converter)
        self.waiting: deque[Coming] = deque()

    def place(self, value: Any, answer: dict[str, Any], key: str, complete: Completer) -> None:
        """Put a resolver's value into its place, now or when it comes."""
        if value.__class__ in HERE:
            answer[key] = complete(value, self)
        elif isinstance(value, Future) and value.done():  # loaded before
            answer[key] = complete(value.result(), self)
        elif isawaitable(value):
            self.waiting.append((value, answer, key, complete))
        else:
            if not isinstance(value, GeneratorType):
                HERE.add(value.__class__)
            answer[key] = complete(value, self)

    async def settle(self) -> None:
        """Wait until everything is in its place. All that can go on goes on meanwhile, and nothing is left behind."""
        waiting = self.waiting
        started: deque[Coming] = deque()
        try:
            while waiting or started:
                alone = len(waiting) == 1 and not started  # nothing beside it: no task is needed
                while waiting:
                    coming, answer, key, complete = waiting.popleft()
                    started.append((coming if alone else _begun(coming), answer, key, complete))
                coming, answer, key, complete = started[0]
                value = await coming
                started.popleft()
                answer[key] = complete(value, self)
        except BaseException:
            await self.give_up(started)
            raise

    async def give_up(self, started: deque[Coming]) -> None:
        left = [_begun(each[0]) for each in started if not _has_ended(each[0])]
        self.drop()
        for future in left:
            future.cancel()
        await gather(*left, return_exceptions=True)

    def drop(self) -> None:
        """What has not begun never will."""
        for coming, *_ in self.waiting:
            if isinstance(coming, CoroutineType):
                coming.close()
            elif isinstance(coming, Future):
                coming.cancel()
        self.waiting.clear()


def _begun(coming: Awaitable[Any]) -> Future[Any]:
    return coming if isinstance(coming, Future) else ensure_future(coming)


def _has_ended(coming: Awaitable[Any]) -> bool:
    return isinstance(coming, CoroutineType) and coming.cr_frame is None


def admit(known: set[type], value: Any, is_type_of: Callable[[Any, Any], Any] | None = None) -> None:
    """See to it that values of this class are taken as they are. What is null, an error or yet to come is not. Raises Bail."""
    if value is None or value is Undefined or isinstance(value, BaseException) or isawaitable(value):
        raise Bail
    if is_type_of is not None and is_type_of(value, None) is not True:
        raise Bail
    known.add(value.__class__)

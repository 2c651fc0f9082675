"""How rows are loaded many at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, cast

import strawberry
from strawberry import dataloader

from core.work import OpenRead, Read
from market import tables
from market.pricing import Card
from market.store.rights import card_of
from schema.rates import RateCard
from schema.relations import Here

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")
T = TypeVar("T")

Find = Callable[[Read, Sequence[K]], Awaitable[Mapping[K, R]]]
Ask = Callable[[Read, Sequence[K]], Awaitable[Sequence[T | BaseException]]]
"""Answers in the order of the keys."""


class DataLoader(dataloader.DataLoader[K, T]):
    """One that several fields can wait for: where one of them is given up, because a field beside it is forbidden, the
    others go on. For what it was primed with nobody has to wait: often that is all, so the rest of it is made with the first
    question."""

    def __init__(self, load_fn: Callable[[list[K]], Awaitable[Sequence[T | BaseException]]], **options: Any) -> None:
        self._primed: dict[K, Here[T]] = {}
        self._later: dict[str, Any] | None = {"load_fn": load_fn, **options}

    def load(self, key: K) -> Awaitable[T]:
        here = self._primed.get(key) if self._primed else None  # some keys cannot be looked up
        if here is not None:
            return here
        if self._later is not None:
            super().__init__(**self._later)
            self._later = None
        coming = cast("asyncio.Future[T]", super().load(key))
        if coming.done() and not coming.cancelled() and coming.exception() is None:
            return Here(coming.result())
        return asyncio.shield(coming)

    def prime(self, key: K, value: T, force: bool = False) -> None:
        self._primed[key] = Here(value)

    def prime_many(self, values: Mapping[K, T], force: bool = False) -> None:
        self._primed |= {key: Here(value) for key, value in values.items()}


class Kept:
    """Presented cards, by number and version, the latest so many: the database lets nobody change one, and it is the same for
    every caller who is led to it. Policies are not kept: a model's own words stand in them, and an erasure takes those out."""

    MOST = 2_000

    def __init__(self) -> None:
        self.cards: dict[tuple[int, int], RateCard] = {}

    def card(self, row: tables.RateCard) -> RateCard:
        version = row.twin_id, row.version
        return self.cards.get(version) or self.keep(version, card_of(row))

    def keep(self, version: tuple[int, int], card: Card) -> RateCard:
        while len(self.cards) >= self.MOST:
            del self.cards[next(iter(self.cards))]
        shown = self.cards[version] = RateCard(card=card, version=version[1])
        return shown


class Batches:
    """What every group of loaders stands on: a way to open a short read, as the caller; and what can never change. No loader
    holds its group: all of an answer goes as soon as it is told, and nobody has to look for it."""

    def __init__(self, read: OpenRead, kept: Kept | None = None) -> None:
        self.read = read
        self._kept = kept or Kept()

    def asked(self, ask: Ask[K, T], **options: Any) -> DataLoader[K, T]:
        """Whatever is answered for each key, in a read of its own."""
        return DataLoader(load_fn=partial(_asked, self.read, ask), **options)

    def each(self, find: Find[K, R], present: Callable[[R, Read], T]) -> DataLoader[K, T]:
        """One thing for each key. A key whose row is not there is a crash: something pointed at it."""
        return DataLoader(load_fn=partial(_each, self.read, find, present))

    def maybe(self, find: Find[K, R], present: Callable[[R, Read], T]) -> DataLoader[K, T | None]:
        """One thing for each key, or nothing."""
        return DataLoader(load_fn=partial(_maybe, self.read, find, present))

    def many(self, find: Find[K, Sequence[R]], present: Callable[[R, Read], T]) -> DataLoader[K, list[T]]:
        """Some things for each key."""
        return DataLoader(load_fn=partial(_many, self.read, find, present))


async def _asked(open_read: OpenRead, ask: Ask[K, T], keys: list[K]) -> Sequence[T | BaseException]:
    async with open_read() as read:
        return await ask(read, keys)


async def _each(
    open_read: OpenRead, find: Find[K, R], present: Callable[[R, Read], T], keys: list[K]
) -> list[T | BaseException]:
    async with open_read() as read:
        rows = await find(read, keys)
    return [present(rows[key], read) if key in rows else LookupError(f"No row for {key}") for key in keys]


async def _maybe(
    open_read: OpenRead, find: Find[K, R], present: Callable[[R, Read], T], keys: list[K]
) -> list[T | None]:
    async with open_read() as read:
        rows = await find(read, keys)
    return [present(rows[key], read) if key in rows else None for key in keys]


async def _many(
    open_read: OpenRead, find: Find[K, Sequence[R]], present: Callable[[R, Read], T], keys: list[K]
) -> list[list[T]]:
    async with open_read() as read:
        rows = await find(read, keys)
    return [[present(row, read) for row in rows.get(key, ())] for key in keys]


def plainly(of: Callable[[R], T]) -> Callable[[R, Read], T]:
    """Present a row that looks the same at any moment."""
    return lambda row, _: of(row)


def given(values: Sequence[T] | None) -> Sequence[T] | None:
    """The argument of a field, None where it was left out."""
    return None if values is strawberry.UNSET else values

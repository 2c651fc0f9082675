"""The money room, ready to work."""

import pytest

from server.database import Database
from tests.fakes.money_room import MoneyRoom


@pytest.fixture
def room(database: Database) -> MoneyRoom:
    return MoneyRoom(database)

"""Which errors of the database pass, so that the caller is asked to try again and nobody is woken."""

import pytest
import sqlalchemy as sa

from server.outages import will_pass


class OfServer(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("of the server")
        self.sqlstate = sqlstate


def told(sqlstate: str | None) -> sa.exc.DBAPIError:
    """As SQLAlchemy tells of it while a connection is being made: it does not call it invalidated then."""
    return sa.exc.DBAPIError("select 1", {}, OfServer(sqlstate))


@pytest.mark.parametrize("sqlstate", ["08003", "08006", "40001", "40P01", "53300", "57014", "57P01", "57P02", "57P03"])
def test_what_passes(sqlstate: str) -> None:
    assert will_pass(told(sqlstate))


@pytest.mark.parametrize("sqlstate", ["23505", "42P01", "22003", "57000", None])
def test_what_does_not_pass(sqlstate: str | None) -> None:
    assert not will_pass(told(sqlstate))

"""Settings: what they refuse, in which words, and that the example file tells of all of them."""

from decimal import Decimal
from pathlib import Path

import pytest

from server import settings
from server.processes.sandbox import sandbox_settings
from server.settings import Settings, SettingsError, load

PRODUCTION = {
    "TWINMARKET_ENV": "production",
    "DATABASE_URL": "postgres://u:p@db.example/market",
    "STRIPE_API_KEY": "sk_live_1",
    "STRIPE_WEBHOOK_SECRETS": "whsec_1",
    "STRIPE_CONNECT_WEBHOOK_SECRETS": "whsec_2",
    "TWINMARKET_SECRET": "x" * 32,
    "PUBLIC_URL": "https://market.example/",
}


def said(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """What `load` says of these settings; nothing when they are right."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    try:
        load()
    except SettingsError as wrong:
        return str(wrong)
    return ""


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields:
        for name in settings.names(field):
            monkeypatch.delenv(name, raising=False)


def test_nothing_need_be_set_on_a_laptop() -> None:
    chosen = load()
    assert chosen.uses_sandbox
    assert chosen.stripe_base == "http://127.0.0.1:8090"
    assert chosen.database_url is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TWINMARKET_ENV", "prod", "development"),
        ("PORT", "0", "greater"),
        ("DATABASE_URL", "mysql://db", "postgresql://"),
        ("LOG_LEVEL", "loud", "DEBUG"),
        ("PUBLIC_URL", "market.example", "https://"),
        ("TWINMARKET_SECRET", "short", "16"),
        ("STRIPE_API_KEY", "rk_live_1", "production"),
    ],
)
def test_a_wrong_one_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    line = said(monkeypatch, **{name: value})
    assert line.startswith(f"{name}: ")
    assert words in line
    assert "\n" not in line


def test_production_takes_what_is_fit_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, **PRODUCTION) == ""
    assert load().database_url == "postgresql+asyncpg://u:p@db.example/market"
    assert load().hosts == ["market.example"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("STRIPE_API_KEY", ""),
        ("STRIPE_API_BASE", "http://127.0.0.1:8090"),
        ("STRIPE_WEBHOOK_SECRETS", ""),
        ("TWINMARKET_SECRET", settings.DEVELOPMENT_SECRET),
        ("PUBLIC_URL", ""),
    ],
)
def test_production_refuses_what_only_a_laptop_may_have(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert said(monkeypatch, **{**PRODUCTION, name: value}).startswith(f"{name}: production")


def test_two_webhook_secrets_while_one_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, STRIPE_WEBHOOK_SECRET="whsec_new, whsec_old") == ""
    assert load().webhook_secrets == ("whsec_new", "whsec_old")


def test_rates_of_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, SANDBOX_RATES="JPY=0.0061, gbp=1.17", SANDBOX_SETTLES_IN="sek") == ""
    told = sandbox_settings(load())
    assert (told.settles_in, told.rates) == ("sek", {"jpy": Decimal("0.0061"), "gbp": Decimal("1.17")})
    for wrong in ("jpy", "jpy=", "yen=fast", "jpy=-1", "jpy=nan"):
        assert "SANDBOX_RATES" in said(monkeypatch, SANDBOX_RATES=wrong)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    said(monkeypatch, **PRODUCTION)
    assert "sk_live_1" not in repr(load())
    assert "x" * 32 not in repr(load())


def test_the_example_file_is_what_the_settings_say() -> None:
    assert (Path(__file__).parents[2] / ".env.example").read_text() == settings.example()

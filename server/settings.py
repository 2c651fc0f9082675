"""Every setting: its name, what it means, its default. They come from the environment, or from the file `.env`."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_SECRET = "a-secret-for-development-only"  # noqa: S105 - refused in production
SANDBOX_SECRET = "whsec_sandbox_platform"  # noqa: S105 - what the offline Stripe signs with
SANDBOX_CONNECT_SECRET = "whsec_sandbox_connect"  # noqa: S105


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class SettingsError(Exception):
    """One line for each setting that is wrong."""


def _listed(value: object) -> object:
    return (
        tuple(part for part in (word.strip() for word in value.split(",")) if part) if isinstance(value, str) else value
    )


def _database(url: str) -> str:
    """One driver for everything, whatever the provider's console calls it."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+asyncpg"):
        raise ValueError("must be a PostgreSQL address: postgresql://user:password@host:5432/name")
    return f"postgresql+asyncpg://{rest}".replace("sslmode=", "ssl=")  # as the driver spells it


def _http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address with its scheme: https://market.example")
    return url.rstrip("/")


def _rates(value: object) -> object:
    """ "jpy=0.0061, gbp=1.17" """
    if not isinstance(value, str):
        return value
    named = [word.partition("=") for word in _listed(value)]  # type: ignore[attr-defined]
    if not all(len(code) == 3 and code.isalpha() and rate for code, _, rate in named):
        raise ValueError("must be rates of currencies, such as jpy=0.0061,gbp=1.17")
    return {code.lower(): rate for code, _, rate in named}


def _or_none(value: object) -> object:
    return None if value == "" else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
Url = Annotated[str, AfterValidator(_http)]
Points = Annotated[int, Field(ge=0, le=10**9)]
Rate = Annotated[int, Field(ge=1, le=10**9)]
ExchangeRates = Annotated[
    dict[str, Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]], NoDecode, BeforeValidator(_rates)
]
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True, frozen=True)

    environment: Environment = Field(
        default=Environment.DEVELOPMENT,
        validation_alias="TWINMARKET_ENV",
        description="development, test or production. Production refuses everything that only a laptop may have.",
    )
    database_url: Annotated[DatabaseUrl | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL 15 or newer: postgresql://user:password@host:5432/name. Empty: an embedded one.",
    )
    data: Path = Field(
        default=Path("var"),
        validation_alias="TWINMARKET_DATA",
        description="Where the embedded PostgreSQL, the demo's accounts and logs are kept.",
    )
    pg_bin: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="PG_BIN",
        description="The folder with the embedded PostgreSQL's initdb and pg_ctl. Empty: those of the package.",
    )
    database_pool: int = Field(
        default=10,
        ge=1,
        le=100,
        validation_alias="DATABASE_POOL",
        description="Connections kept open, per process: so many for work, and for each of four kinds of questions.",
    )
    files_url: Annotated[str | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="FILES_URL",
        description="Where uploads are kept: s3://bucket/folder, with AWS_... as usual. Empty: a folder in TWINMARKET_DATA.",
    )
    upload_bytes: int = Field(
        default=200_000_000,
        ge=1_000_000,
        le=5_000_000_000,
        validation_alias="UPLOAD_BYTES",
        description="The largest file that may be uploaded.",
    )
    credentials_key: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="CREDENTIALS_KEY",
        description="The private key (PEM, PKCS 8) that content credentials are signed with. Empty: a development one.",
    )
    credentials_chain: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="CREDENTIALS_CHAIN",
        description="Its certificate and those above it (PEM), as a C2PA authority has issued them.",
    )
    secret: SecretStr = Field(
        default=SecretStr(DEVELOPMENT_SECRET),
        min_length=16,
        validation_alias="TWINMARKET_SECRET",
        description="Seals ids and cursors: at least 16 characters (production: 32). Changing it changes every id.",
    )
    stripe_api_key: Annotated[SecretStr | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="STRIPE_API_KEY",
        description="Stripe's secret key. Empty in development: the offline sandbox stands in for Stripe.",
    )
    stripe_api_base: Annotated[Url | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="STRIPE_API_BASE",
        description="Another address than Stripe's own; for the sandbox and for tests.",
    )
    stripe_calls_per_second: Annotated[int | None, BeforeValidator(_or_none)] = Field(
        default=None,
        ge=1,
        validation_alias="STRIPE_CALLS_PER_SECOND",
        description="Stripe's limit for the account, if it has agreed on another than 100 (test keys: 25). We keep below it.",
    )
    stripe_webhook_secrets: Words = Field(
        default=(),
        validation_alias=AliasChoices("STRIPE_WEBHOOK_SECRETS", "STRIPE_WEBHOOK_SECRET"),
        description="What Stripe signs our own account's events with (/webhooks/stripe). Several: comma separated.",
    )
    stripe_connect_webhook_secrets: Words = Field(
        default=(),
        validation_alias=AliasChoices("STRIPE_CONNECT_WEBHOOK_SECRETS", "STRIPE_CONNECT_WEBHOOK_SECRET"),
        description="The same for events of payees' accounts (/webhooks/stripe/connect).",
    )
    sandbox_port: Port = Field(
        default=8090, validation_alias="SANDBOX_PORT", description="Where `twinmarket sandbox` listens, on 127.0.0.1."
    )
    sandbox_settles_in: str = Field(
        default="eur",
        pattern="^[a-z]{3}$",
        validation_alias="SANDBOX_SETTLES_IN",
        description="The currency into which the sandbox changes what is charged in one of SANDBOX_RATES.",
    )
    sandbox_rates: ExchangeRates = Field(
        default={},
        validation_alias="SANDBOX_RATES",
        description="What one of a currency is worth in that one: jpy=0.0061,gbp=1.17. All others are settled as they are.",
    )
    host: str = Field(
        default="127.0.0.1", validation_alias="HOST", description="The address that `twinmarket serve` listens on."
    )
    port: Port = Field(
        default=8000, validation_alias="PORT", description="The port that `twinmarket serve` listens on."
    )
    public_url: Annotated[Url | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="PUBLIC_URL",
        description="The address by which the world knows this service. Empty: http://127.0.0.1 and the port.",
    )
    allowed_hosts: Words = Field(
        default=(),
        validation_alias="ALLOWED_HOSTS",
        description="Host names that requests may ask for besides PUBLIC_URL's (and localhost); comma separated.",
    )
    trusted_proxies: Words = Field(
        default=("127.0.0.1",),
        validation_alias="TRUSTED_PROXIES",
        description="Addresses or networks of the proxies before us, whose X-Forwarded-For is believed; comma separated.",
    )
    rate_points: Points = Field(
        default=200_000,
        validation_alias="RATE_POINTS",
        description="What a caller may spend at once; an object that an answer may hold is about one point. 0: no limit.",
    )
    rate_points_per_second: Rate = Field(
        default=2_000,
        validation_alias="RATE_POINTS_PER_SECOND",
        description="How fast that comes back.",
    )
    anonymous_rate_points: Points = Field(
        default=100_000,
        validation_alias="ANONYMOUS_RATE_POINTS",
        description="The same for all who do not say who they are, by network address. 0: no limit.",
    )
    anonymous_rate_points_per_second: Rate = Field(
        default=1_000,
        validation_alias="ANONYMOUS_RATE_POINTS_PER_SECOND",
        description="How fast that comes back.",
    )
    connections_per_caller: int = Field(
        default=200,
        ge=1,
        validation_alias="CONNECTIONS_PER_CALLER",
        description="WebSockets that one caller (one address, of the anonymous) may hold open, per process.",
    )
    trusted_documents: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="TRUSTED_DOCUMENTS",
        description="A JSON file of hash and GraphQL document, as client compilers write it. Set: no other is answered.",
    )
    keys_remembered_seconds: float = Field(
        default=1,
        ge=0,
        le=1,
        validation_alias="KEYS_REMEMBERED_SECONDS",
        description="For how long queries take an API key for what it was; 0: each looks it up. Whatever writes always does.",
    )
    activity_kept_days: int = Field(
        default=90,
        ge=1,
        validation_alias="ACTIVITY_KEPT_DAYS",
        description="How long subscriptions can be resumed: older activity is cleared away.",
    )
    graphiql: Annotated[bool | None, BeforeValidator(_or_none)] = Field(
        default=None,
        validation_alias="TWINMARKET_GRAPHIQL",
        description="true or false: whether developers find GraphiQL at /graphiql. Empty: yes, but not in production.",
    )
    compiled_completion: bool = Field(
        default=True,
        validation_alias="COMPILED_COMPLETION",
        description="Answer documents that come again by functions written for them. The answers are the same either way.",
    )
    webhooks_to_private_addresses: bool = Field(
        default=False,
        validation_alias="WEBHOOKS_TO_PRIVATE_ADDRESSES",
        description="Tell webhook endpoints on private addresses and without TLS too; refused in production.",
    )
    jobs_at_once: int = Field(
        default=8,
        ge=1,
        le=64,
        validation_alias="JOBS_AT_ONCE",
        description="How many jobs one worker runs at the same time.",
    )
    log_level: Annotated[str, BeforeValidator(lambda value: str(value).upper())] = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        validation_alias="LOG_LEVEL",
        description="DEBUG, INFO, WARNING or ERROR.",
    )
    log_format: str = Field(
        default="plain",
        pattern="^(plain|json)$",
        validation_alias="LOG_FORMAT",
        description="plain, or json with one object a line.",
    )

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def shows_graphiql(self) -> bool:
        return not self.is_production if self.graphiql is None else self.graphiql

    @property
    def uses_sandbox(self) -> bool:
        """The offline Stripe stands in for the real one."""
        return self.stripe_api_key is None

    @property
    def stripe_base(self) -> str | None:
        """Where Stripe is asked; None is Stripe itself."""
        return self.stripe_api_base or (f"http://127.0.0.1:{self.sandbox_port}" if self.uses_sandbox else None)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        return self.stripe_webhook_secrets or ((SANDBOX_SECRET,) if self.uses_sandbox else ())

    @property
    def connect_webhook_secrets(self) -> tuple[str, ...]:
        return self.stripe_connect_webhook_secrets or ((SANDBOX_CONNECT_SECRET,) if self.uses_sandbox else ())

    @property
    def postgres_data(self) -> Path:
        """The embedded PostgreSQL's own folder."""
        return self.data / "postgres"

    @property
    def sandbox_state(self) -> Path:
        """Where the sandbox keeps what it holds."""
        return self.data / "sandbox.sqlite"

    @property
    def url(self) -> str:
        """`public_url`, or what it is when nobody said."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def hosts(self) -> list[str]:
        local = [] if self.is_production else ["localhost", "127.0.0.1", "[::1]", "testserver"]
        return [*local, urlsplit(self.url).hostname or "", *self.allowed_hosts]

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        key = self.stripe_api_key.get_secret_value() if self.stripe_api_key else ""
        if key.startswith(("sk_live_", "rk_live_")) and not self.is_production:
            raise ValueError(
                "STRIPE_API_KEY: a live key moves real money; it is refused unless TWINMARKET_ENV=production"
            )
        if self.is_production:
            faults = [fault for fault in self._not_for_production() if fault]
            if faults:
                raise ValueError("\n".join(faults))
        return self

    def _not_for_production(self) -> list[str | None]:
        secret = self.secret.get_secret_value()
        return [
            None
            if self.database_url
            else "DATABASE_URL: production needs a PostgreSQL of its own, not the embedded one",
            "STRIPE_API_KEY: production needs Stripe itself, not the sandbox" if self.uses_sandbox else None,
            "WEBHOOKS_TO_PRIVATE_ADDRESSES: production tells the public internet alone"
            if self.webhooks_to_private_addresses
            else None,
            "STRIPE_API_BASE: production speaks to Stripe itself; leave it empty" if self.stripe_api_base else None,
            None
            if self.stripe_webhook_secrets
            else "STRIPE_WEBHOOK_SECRETS: production needs the secret of its webhook endpoint",
            None
            if self.stripe_connect_webhook_secrets
            else "STRIPE_CONNECT_WEBHOOK_SECRETS: production needs the secret of its webhook endpoint",
            "TWINMARKET_SECRET: production needs its own, of at least 32 characters"
            if secret == DEVELOPMENT_SECRET or len(secret) < 32
            else None,
            None if self.public_url else "PUBLIC_URL: production needs the address by which the world knows it",
        ]


def load() -> Settings:
    """The settings of this process. Raises SettingsError, which names every wrong one and what would be right."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_line(fault["loc"], fault["msg"]) for fault in error.errors())) from None


def _line(place: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    if not place:
        return said
    name = str(place[0])
    aliases = {field: names(field)[0] for field in Settings.model_fields}
    return f"{aliases.get(name, name)}: {said[:1].lower() + said[1:]}"


def names(field: str) -> list[str]:
    """The environment variables that set `field`, the usual one first."""
    alias = Settings.model_fields[field].validation_alias
    return [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]


def example() -> str:
    """The text of `.env.example`."""
    lines = ["# Every setting of Twinmarket with its default. Copy to `.env` and change what you need.", ""]
    for field, info in Settings.model_fields.items():
        lines += [f"# {info.description}", f"#{names(field)[0]}={_shown(info.default)}", ""]
    return "\n".join(lines)


def _shown(default: object) -> str:
    if default is None or default == {}:
        return ""
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    return ",".join(default) if isinstance(default, tuple) else str(default)

"""What a sandbox is told when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's API that it speaks."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """`state_path`: the file that keeps everything, or None for memory. `payout_delay`: how long a balance waits for
    its payout, and then a payout for the bank; None: until it is told. A webhook URL of None: events are only kept.
    What is charged in a currency of `rates` is settled in `settles_in` at that rate, everything else as it is.
    `account_limit` and `endpoint_limit`: how many calls a second are answered; None: all."""

    state_path: Path | None = None
    platform_webhook_url: str | None = None
    platform_secret: str = "whsec_sandbox_platform"  # noqa: S105 - signs pretended events
    connect_webhook_url: str | None = None
    connect_secret: str = "whsec_sandbox_connect"  # noqa: S105
    payout_delay: timedelta | None = timedelta(milliseconds=300)
    account_limit: int | None = None
    endpoint_limit: int | None = None
    settles_in: str = "eur"
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    public_url: str = "http://127.0.0.1:12111"

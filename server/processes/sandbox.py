"""`twinmarket sandbox`: an offline Stripe for this deployment."""

import uvicorn

from payments.sandbox.app import create_sandbox
from payments.sandbox.settings import SandboxSettings
from server.settings import Settings

GRACE_SECONDS = 10


def sandbox_settings(settings: Settings) -> SandboxSettings:
    """Of the sandbox of this deployment."""
    local = f"http://127.0.0.1:{settings.port}"
    return SandboxSettings(
        state_path=settings.sandbox_state,
        platform_webhook_url=f"{local}/webhooks/stripe",
        platform_secret=settings.webhook_secrets[0],
        connect_webhook_url=f"{local}/webhooks/stripe/connect",
        connect_secret=settings.connect_webhook_secrets[0],
        settles_in=settings.sandbox_settles_in,
        rates=settings.sandbox_rates,
        public_url=f"http://127.0.0.1:{settings.sandbox_port}",
    )


def pretend_to_be_stripe(settings: Settings) -> None:
    """The sandbox, sending its events to the API of this deployment."""
    settings.data.mkdir(parents=True, exist_ok=True)
    uvicorn.run(
        create_sandbox(sandbox_settings(settings)),
        host="127.0.0.1",
        port=settings.sandbox_port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )

"""The sandbox as a process of its own with the spec check before it; what is not in the SDK is written to a file.

python -m tests.fakes.checked_stripe FILE
"""

import sys
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from payments.sandbox import create_sandbox
from server import settings
from server.processes.sandbox import sandbox_settings
from tests.payments.stripe_spec.checker import SpecCheck


class Recorded:
    """Writes down every violation, and that it was asked at all."""

    def __init__(self, app: ASGIApp, file: Path) -> None:
        self.check, self.file = SpecCheck(app), file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.check(scope, receive, send)
        if self.check.checked:
            self.file.write_text("\n".join([f"asked {len(self.check.checked)}", *self.check.violations]))


def main() -> None:
    chosen = settings.load()
    app = Recorded(create_sandbox(sandbox_settings(chosen)), Path(sys.argv[-1]))
    uvicorn.run(app, host="127.0.0.1", port=chosen.sandbox_port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()

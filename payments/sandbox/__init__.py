"""An offline Stripe for the demo and for tests: it answers the calls that we make, and fails on demand."""

from payments.sandbox.app import create_sandbox
from payments.sandbox.settings import SandboxSettings

__all__ = ["SandboxSettings", "create_sandbox"]

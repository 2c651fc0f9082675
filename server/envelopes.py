"""Messages to webhook endpoints, as Standard Webhooks has them: identity, moment, signature.

https://www.standardwebhooks.com: the HMAC-SHA256 of `id.timestamp.body` under the secret behind `whsec_`, in base64.
"""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from struct import Struct

from core.seal import Seal
from market import endpoints
from market.tables import Endpoint

_THREE = Struct(">qqq")


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    kind: str
    body: bytes


def message_id(seal: Seal, endpoint_id: int, tx: int, row_id: int) -> str:
    """The same row of the log has the same id whenever it is told again."""
    return f"msg_{seal.close('webhook message', _THREE.pack(endpoint_id, tx, row_id))}"


def headers(seal: Seal, endpoint: Endpoint, message: Message, now: datetime) -> dict[str, str]:
    generations = [endpoint.generation]
    if endpoint.overlap_until is not None and now < endpoint.overlap_until:
        generations.append(endpoint.generation - 1)
    seconds = str(int(now.timestamp()))
    signed = b".".join([message.id.encode(), seconds.encode(), message.body])
    signatures = (_signature(endpoints.secret(seal, endpoint.id or 0, number), signed) for number in generations)
    return {
        "content-type": "application/json",
        "user-agent": "Twinmarket",
        "webhook-id": message.id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


def _signature(whsec: str, signed: bytes) -> str:
    key = b64decode(whsec.removeprefix("whsec_"))
    return f"v1,{b64encode(hmac.new(key, signed, sha256).digest()).decode()}"

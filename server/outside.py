"""Requests to addresses that others gave us: never to a machine of our own, never on to elsewhere, never for long."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import httpx

TIMEOUT_SECONDS = 10
MAXIMUM_ANSWER = 64_000
EMBEDDED = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "2002::/16", "2001::/32"))
"""IPv6 that carries an IPv4 address, which may be anybody's."""

Resolve = Callable[[str, int], Awaitable[list[str]]]


class Unsafe(Exception):
    """The address is not one that we may ask."""


@dataclass(frozen=True, slots=True)
class Outside:
    """`allow_private`: for development and tests, where whoever is told runs on the same machine."""

    allow_private: bool = False
    resolve: Resolve | None = None
    transport: httpx.AsyncBaseTransport | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status that was answered. The name is resolved once, and what was looked at is what is connected to.
        Raises Unsafe, TimeoutError, httpx.HTTPError."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            target, host = await self._target(httpx.URL(url))
            async with httpx.AsyncClient(
                follow_redirects=False, trust_env=False, timeout=TIMEOUT_SECONDS, transport=self.transport
            ) as client:
                request = client.build_request("POST", target, content=body, headers={**headers, "host": host})
                request.extensions["sni_hostname"] = httpx.URL(url).host
                response = await client.send(request, stream=True)
                try:
                    await _read_a_little(response)
                finally:
                    await response.aclose()
                return response.status_code

    async def _target(self, url: httpx.URL) -> tuple[httpx.URL, str]:
        """The address with its host resolved, and the name for which it is asked."""
        if url.scheme != "https" and not (self.allow_private and url.scheme == "http"):
            raise Unsafe("The address must begin with https://.")
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await (self.resolve or _resolve)(url.host, port)
        if not found:
            raise Unsafe(f"{url.host} has no address.")
        if not self.allow_private and not all(map(is_public, found)):
            raise Unsafe(f"{url.host} is not an address of the public internet.")
        return url.copy_with(host=found[0]), url.netloc.decode()


def is_public(address: str) -> bool:
    """Every address must be: an attacker's name may have several."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in net for net in EMBEDDED):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


async def _resolve(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unsafe(f"{host} cannot be found: {error}") from error
    return [str(address[4][0]) for address in found]


async def _read_a_little(response: httpx.Response) -> None:
    """What it says does not matter; a long answer is not read to its end."""
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > MAXIMUM_ANSWER:
            return

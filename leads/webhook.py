"""Incoming webhooks in Slack's format: which addresses may be asked, and asking them.

Users type these addresses, and our servers ask them: an address that leads into our own network would let anybody reach
what only we can. So the name is looked up here, each address is looked at, and the connection goes to the one that was.
"""

from __future__ import annotations

import json
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError

from crm.errors import FieldError, Invalid

SECONDS = 5
TRANSLATED = IPv6Network("64:ff9b::/96")
"""What gateways from IPv6 to IPv4 make of an address."""

LONGEST_ANSWER = 200
"""Characters of an error's text that are kept."""

FAILURES = (HTTPError, OSError, ValueError, Invalid)
"""What asking may fail with: not reached, not believed, refused, or an address that may not be asked."""

Address = IPv4Address | IPv6Address


class Refused(OSError):
    """The other side answered, and did not take the message."""


class Target(NamedTuple):
    """Where a request goes: `host` as the other side knows itself, `address` as it was looked up."""

    scheme: str
    host: str
    port: int
    address: str
    path: str


def check_address(url: str) -> Target:
    """Where a webhook leads. Raises Invalid where it is no web address, unknown, or inside our own network."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _invalid("is not a web address", "copy the whole address, as Slack shows it") from error
    local = settings.WEBHOOKS_TO_OWN_NETWORK
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise _invalid("does not start with https://", "copy the whole address, as Slack shows it")
    if not host or parts.username or parts.password:
        raise _invalid("names no host, or a password", "copy the whole address, as Slack shows it")
    port = port or (443 if parts.scheme == "https" else 80)
    addresses = _look_up(host, port)
    if not local and not all(is_public(each) for each in addresses):
        raise _invalid(
            f"leads to {host}, which is inside a private network", "use an address that is open to all"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, str(addresses[0]), path)


def is_public(address: Address) -> bool:
    """Whether anybody may be there: neither this machine, nor a private or reserved network, however it is written."""
    if isinstance(address, IPv6Address) and (inner := _inside(address)):
        return is_public(inner)
    return address.is_global and not address.is_multicast


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The address of the older kind that this one is a way to."""
    if address in TRANSLATED:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def post(url: str, text: str) -> None:
    """Hand `text` to the webhook at `url`. Raises one of FAILURES where it does not arrive."""
    target = check_address(url)
    pool: urllib3.HTTPConnectionPool
    if target.scheme == "https":
        # The certificate is checked against the name, while the connection goes to the address that was looked at.
        pool = urllib3.HTTPSConnectionPool(
            target.address, target.port, server_hostname=target.host, assert_hostname=target.host
        )
    else:
        pool = urllib3.HTTPConnectionPool(target.address, target.port)
    with pool:
        answer = pool.request(
            "POST",
            target.path,
            body=json.dumps({"text": text}),
            headers={"Host": _host_header(target), "Content-Type": "application/json"},
            retries=False,
            redirect=False,
            timeout=urllib3.Timeout(total=SECONDS),
            preload_content=False,
        )
        said = answer.read(LONGEST_ANSWER).decode(errors="replace")
        answer.release_conn()
    if not 200 <= answer.status < 300:
        raise Refused(f"answered {answer.status} {said}".strip())


def _look_up(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _invalid(f"names {host}, which is not known", "check its spelling") from error
    return [ip_address(str(where[0]).partition("%")[0]) for *_, where in found]


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"https": 443, "http": 80}[target.scheme]
    return host if target.port == usual else f"{host}:{target.port}"


def _invalid(problem: str, mend: str) -> Invalid:
    return Invalid(FieldError("slack_url", problem, mend))

"""Where a request goes, and the bytes it is: from httpx's values, without I/O."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

PORTS = {"http": 80, "https": 443}
OURS = (b"content-length", b"transfer-encoding", b"connection")
SPLITS = (b"\r", b"\n", b"\x00")


@dataclass(frozen=True, slots=True)
class Origin:
    """A server: connections to the same one can be used for each other's requests."""

    host: str
    port: int
    secure: bool

    @classmethod
    def of(cls, url: httpx.URL) -> Origin:
        """Return an address's; raises `httpx.UnsupportedProtocol`."""
        if url.scheme not in PORTS or not url.raw_host:
            raise httpx.UnsupportedProtocol("neither http nor https")
        return cls(url.raw_host.decode("ascii").strip("[]"), url.port or PORTS[url.scheme], url.scheme == "https")


def encode(request: httpx.Request, body: bytes, *, last: bool) -> bytes:
    """Return a request byte for byte; raises `httpx.LocalProtocolError` for what would be more than one.

    Nothing is added but what HTTP asks for: the length of a body, and whether it is the `last` on its connection.
    """
    if request.method in ("HEAD", "CONNECT"):
        raise httpx.LocalProtocolError(f"no {request.method}")
    headers = [pair for pair in request.headers.raw if pair[0].lower() not in OURS]
    if body or request.method not in ("GET", "DELETE", "OPTIONS"):
        headers.append((b"content-length", b"%d" % len(body)))
    if last:
        headers.append((b"connection", b"close"))
    lines = [request.method.encode("ascii") + b" " + request.url.raw_path + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in headers]
    if any(split in line for line in lines for split in SPLITS):
        raise httpx.LocalProtocolError("a line break in the request's head")  # not quoted: it may be the key
    return b"\r\n".join((*lines, b"", body))

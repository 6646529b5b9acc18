"""TLS as Drover speaks it: certificates are judged, session keys go into no file, no proxy is asked."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.threaded import served
from tests.wire import Exchange, head

KEY = "sk-canary-0123456789"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("openssl") is None, reason="openssl, which makes the certificate, is not installed"
    ),
]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1, beside its key."""
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem"))
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files)
    subprocess.run(command, check=True, capture_output=True)
    return tmp_path / "cert.pem"


@pytest.fixture
def server(certificate: Path) -> Iterator[tuple[str, list[str]]]:
    """A server with the certificate: its address, and the keys it was sent."""
    seen: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    async def answer(exchange: Exchange) -> None:
        seen.append(exchange.headers.get("authorization", ""))
        body = b'{"data":[{"id":"m"}]}'
        await exchange.say(head(200, f"content-length: {len(body)}", kind="application/json"), body)

    with served(answer, context) as url:
        yield url.replace("http:", "https:"), seen


def ask(url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Ask the server for its models, as another process with this environment."""
    command = [sys.executable, "-m", "tests.end2end.handshake", url, KEY]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_session_keys_are_written_nowhere(tmp_path: Path, certificate: Path, server: tuple[str, list[str]]) -> None:
    """SSLKEYLOGFILE would let whoever reads the file and the wire read the key."""
    url, seen = server
    log = tmp_path / "session-keys"
    done = ask(url, SSL_CERT_FILE=str(certificate), SSLKEYLOGFILE=str(log))
    assert done.returncode == 0, done.stderr
    assert seen == [f"Bearer {KEY}"]
    assert "SECRET" not in (log.read_text() if log.exists() else "")


def test_a_proxy_is_not_asked(certificate: Path, server: tuple[str, list[str]]) -> None:
    """HTTPS_PROXY would be told where and when."""
    url, seen = server
    nobody = "http://127.0.0.1:1"
    done = ask(url, SSL_CERT_FILE=str(certificate), HTTPS_PROXY=nobody, https_proxy=nobody, ALL_PROXY=nobody)
    assert done.returncode == 0, done.stderr
    assert len(seen) == 1


def test_a_certificate_nobody_vouches_for_is_refused(server: tuple[str, list[str]]) -> None:
    """Before the key is sent, and without it in the error."""
    url, seen = server
    done = ask(url)
    assert done.returncode == 1
    assert "tls" in done.stderr and KEY not in done.stderr
    assert seen == []

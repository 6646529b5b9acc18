"""One case: the server compiled by the system's compiler, one client beside it, each in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.report import Figures
from tests.certificates import Authority

SOURCE = Path(__file__).with_name("token_server.c")
SLOWEST = 8.0
"""Times its streams' own length that a client may take before it is ended: that is where it stops."""
GRACE_S = 60.0
"""To connect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """So many streams of so many tokens a second."""

    kind: str
    streams: int
    rate: int
    seconds: int
    tls: bool = False

    @property
    def name(self) -> str:
        """What it is called in the report."""
        return f"{self.streams} x {self.rate} tok/s{', TLS' if self.tls else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What cases run with."""

    plain: Path
    tls: Path | None
    """None where the headers of OpenSSL are not installed (Debian: libssl-dev)."""
    authority: Path
    certificate: Path

    def run(self, case: Case) -> Figures | None:
        """Return a case's figures; None where its client did not come to an end."""
        tokens = case.rate * case.seconds
        with self._served(case, tokens) as port:
            scheme = "https" if case.tls else "http"
            where = [f"{scheme}://127.0.0.1:{port}", *([str(self.authority)] if case.tls else [])]
            client = [sys.executable, "-m", "tests.benchmarks.streams.clients", case.kind, str(case.streams)]
            try:
                done = subprocess.run(
                    [*client, str(tokens), *where],
                    capture_output=True,
                    timeout=case.seconds * SLOWEST + GRACE_S,
                    check=True,
                )
            except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
                print(f"{case.kind}, {case.name}: {str(error.stderr or error)[-300:]}", file=sys.stderr)
                return None
        return json.loads(done.stdout)

    @contextmanager
    def _served(self, case: Case, tokens: int) -> Generator[int]:
        server = self.tls if case.tls else self.plain
        assert server is not None
        shown = [str(self.certificate)] if case.tls else []
        command = [str(server), str(case.streams), str(case.rate), str(tokens), *shown]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                yield int(process.stdout.readline())
            finally:
                process.stdin.close()


def prepare(folder: Path) -> Bench:
    """Compile the server and make certificates; raises `RuntimeError` where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise RuntimeError(
            "http_streams needs a C compiler for its server (Debian: gcc libc6-dev, with TLS libssl-dev)"
        )
    plain, tls = folder / "token_server", folder / "token_server_tls"
    command = [compiler, "-O2", "-o"]
    subprocess.run([*command, str(plain), str(SOURCE)], check=True)
    secure = subprocess.run(
        [*command, str(tls), "-DTLS", str(SOURCE), "-lssl", "-lcrypto"], capture_output=True, check=False
    )
    authority = Authority(folder)
    return Bench(
        plain=plain,
        tls=tls if secure.returncode == 0 else None,
        authority=authority.file,
        certificate=authority.vouch().file,
    )

"""How many streams can be read at once, and what a token costs, from the socket to its text.

A small server in C writes each token by itself (Python cannot do that a hundred thousand times a second). Beside
Drover's whole way (the paced transport, which is a choice, then events, chunks, text) and that transport alone: httpx
as it comes, aiohttp, httpx over aiohttp, and a bare asyncio protocol that reads once a second. CPU is the client's
process's own, from the moment at which all streams are open to the end of the last one. It wants a quiet machine with
two cores.

TLS is spoken by the same server where the headers of OpenSSL are installed; where not, its cases are left out, and the
aims that rest on them are missed.

    python -m tests.benchmarks.http_streams [--short] [--json]
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.limits import raise_open_files
from tests.benchmarks.report import Aim, Figures, Row, finish
from tests.benchmarks.streams.running import Bench, Case, prepare

ENDED: Figures = {"tok_s": 0.0}
"""What did not come to an end."""
NEARLY = 0.8
"""Part of the rate at which tokens were sent: the last ones come up to a second of pacing later, of ten."""
BESIDES = ("transport", "bare", "aiohttp", "httpx-aiohttp", "httpx")
UNENCRYPTED = ("bare",)
MOST: dict[str, tuple[int, int]] = {
    "aiohttp": (2_000, 100_000),
    "httpx-aiohttp": (2_000, 100_000),
    "httpx": (300, 10_000),
}
"""Streams, and tokens a second of all, beyond which a client is not asked any more: it is far past its end there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured: (streams, tokens a second each), and beside what."""

    loads: tuple[tuple[int, int], ...]
    secure: tuple[tuple[int, int], ...]
    """Those with TLS."""
    besides: tuple[str, ...] = BESIDES
    seconds: int

    def cases(self, *, tls: bool) -> list[Case]:
        """Return Drover's."""
        loads = self.secure if tls else self.loads
        return [Case(kind="ours", streams=streams, rate=rate, seconds=self.seconds, tls=tls) for streams, rate in loads]


SHORT = Size(
    loads=((100, 10), (2_000, 50), (10_000, 10), (10_000, 30)),
    secure=((10_000, 10),),
    besides=BESIDES[1:],  # the transport alone is no aim
    seconds=10,
)
ALL = tuple((streams, rate) for streams in (100, 1_000, 2_000, 10_000) for rate in (10, 30, 50))
FULL = Size(loads=ALL, secure=tuple(load for load in ALL if math.prod(load) <= 100_000), seconds=20)


def row_of(bench: Bench, case: Case, besides: Sequence[str]) -> Row:
    """Return a case of ours beside what can be asked for the same."""
    others = [each for each in besides if _sensible(replace(case, kind=each))]
    baseline = {kind: bench.run(replace(case, kind=kind)) or ENDED for kind in others}
    ours = bench.run(case) or ENDED
    ratio = {
        f"cpu of {kind}": round(ours["us_token"] / figures["us_token"], 2)
        for kind, figures in baseline.items()
        if "us_token" in figures and "us_token" in ours
    }
    return Row(case=case.name, ours=ours, baseline=baseline, ratio=ratio)


def _sensible(case: Case) -> bool:
    if case.tls and case.kind in UNENCRYPTED:
        return False
    streams, tokens = MOST.get(case.kind, (case.streams, math.inf))
    return case.streams <= streams and case.streams * case.rate <= tokens


def _complete(row: Row, case: Case) -> bool:
    """Whether nothing of a case was lost, and it came in nearly as fast as it was sent."""
    return not row.ours.get("lost", 1) and row.ours["tok_s"] >= NEARLY * case.streams * case.rate


def aims(cases: Sequence[Case], rows: Sequence[Row]) -> list[Aim]:
    """What has to hold of them."""
    found = dict(zip(cases, rows, strict=True))

    def of(name: str, *, tls: bool) -> float:
        for case, row in found.items():
            if (case.streams, case.rate, case.tls) == (10_000, 10, tls) and _complete(row, case):
                return row.ours[name]
        return math.inf

    def bare() -> float:
        return next(
            (row.ratio.get("cpu of bare", math.inf) for row in rows if row.case == "10000 x 10 tok/s"), math.inf
        )

    most = max((row.ours["tok_s"] for case, row in found.items() if not case.tls and _complete(row, case)), default=0.0)
    theirs = max(
        row.baseline["aiohttp"]["tok_s"] for row in rows if "aiohttp" in row.baseline and "TLS" not in row.case
    )
    many = "10,000 x 10 tok/s, complete"
    return [
        Aim(text=f"core, {many}", value=of("core_percent", tls=False), op="<=", bound=60, unit="%"),
        Aim(text=f"core, {many}, TLS", value=of("core_percent", tls=True), op="<=", bound=75, unit="%"),
        Aim(text="memory of a stream, TLS", value=of("kb_stream", tls=True), op="<=", bound=32, unit="kB"),
        Aim(text="tok/s carried, of what aiohttp carries", value=most / theirs, op=">=", bound=5, unit=""),
        Aim(text="CPU of the bare protocol's", value=bare(), op="<=", bound=1.5, unit=""),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` reads for ten seconds with each client, else twenty."""
    size = SHORT if "--short" in arguments else FULL
    raise_open_files()
    with tempfile.TemporaryDirectory() as folder:
        bench = prepare(Path(folder))
        cases = size.cases(tls=False)
        if bench.tls is None:
            print("no headers of OpenSSL (Debian: libssl-dev): TLS is left out", file=sys.stderr)
        else:
            cases += size.cases(tls=True)
        rows = [row_of(bench, case, size.besides) for case in cases]
    return finish("http_streams", rows, aims(cases, rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

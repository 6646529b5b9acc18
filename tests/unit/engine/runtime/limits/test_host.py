"""One provider as it stands."""

from __future__ import annotations

from engine.domain.errors import ErrorCode
from engine.runtime.limits.circuit import OPENS_AT, Failure
from engine.runtime.limits.host import Applicant, Host
from engine.runtime.limits.line import Place


class Most:
    """A `Random` that always draws the most."""

    def random(self) -> float:
        """See `Random`."""
        return 1.0


def away() -> Host[str]:
    """Return one that has stopped answering at second 0; its next try is at second 2."""
    host = Host[str](Most())
    for _ in range(OPENS_AT):
        host.circuit.failed(Failure(code="server_error"), 0.0, tried=False, longest_s=60.0)
    return host


def test_who_may_go_elsewhere_is_let_in_where_nobody_else_would_find_out() -> None:
    """Tasks that all have a fallback would never come back to it else."""
    host = away()
    assert host.shuts_out(1.9) == "server_error"
    assert host.shuts_out(2.0) == ""
    host.join("model", Place(), Applicant(who="one", size=4, output=1))
    assert host.shuts_out(2.0) == "server_error"  # one is enough
    found = host.next(2.0)
    assert found is not None
    model, _, sent = found
    assert sent.tries and host.shuts_out(9.0) == "server_error"
    host.end(model, sent, 9.0)
    assert host.shuts_out(9.0) == ""


def test_one_that_answers_lets_everybody_in_unless_its_key_is_refused() -> None:
    """Whoever waits there."""
    host = Host[str](Most())
    host.join("model", Place(), Applicant(who="one", size=4, output=1))
    assert host.shuts_out(0.0) == ""
    host.refusal = ErrorCode.WRONG_KEY
    assert host.shuts_out(0.0) == ErrorCode.WRONG_KEY

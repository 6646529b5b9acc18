"""One provider as it stands."""

from __future__ import annotations

from engine.domain.errors import ErrorCode
from engine.domain.states import Phase
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
    assert host.shuts_out("model", 1.9) == "server_error"
    assert host.shuts_out("model", 2.0) == ""
    host.join("model", Place(), Applicant(who="one", size=4, output=1))
    assert host.shuts_out("model", 2.0) == "server_error"  # one is enough
    found = host.next(2.0)
    assert found is not None
    model, _, sent = found
    assert sent.tries and host.shuts_out("model", 9.0) == "server_error"
    host.end(model, sent, 9.0)
    assert host.shuts_out("model", 9.0) == ""


def test_one_that_answers_lets_everybody_in_unless_its_key_is_refused() -> None:
    """Whoever waits there."""
    host = Host[str](Most())
    host.join("model", Place(), Applicant(who="one", size=4, output=1))
    assert host.shuts_out("model", 0.0) == ""
    host.refusal = ErrorCode.WRONG_KEY
    assert host.shuts_out("model", 0.0) == ErrorCode.WRONG_KEY


def failing(host: Host[str], model: str, now: float) -> bool:
    """Let a model's request fail as by a server that is broken; whether everybody waits then."""
    host.join(model, Place(), Applicant(who="one", size=4, output=1))
    found = host.next(now)
    assert found is not None and found[0] == model
    excused = host.failed(model, Failure(code="server_error"), found[2], now)
    host.end(model, found[2], now)
    return excused


def test_a_model_that_fails_beside_one_that_answers_is_away_alone() -> None:
    """Its own circuit opens, after as many failures without an answer of its own between; the other goes on."""
    host = Host[str](Most())
    for second in range(OPENS_AT):
        assert failing(host, "bad", second * 10.0) is (second == OPENS_AT - 1)
        host.join("good", Place(), Applicant(who="two", size=4, output=1))
        found = host.next(second * 10.0 + 1.0)
        assert found is not None and found[0] == "good"
        host.answered("good", found[2])
        host.end("good", found[2], second * 10.0 + 2.0)
    now = OPENS_AT * 10.0 - 10.0
    assert (host.away("bad"), host.away("good"), host.health(now)["away"]) == ("server_error", "", "")
    assert (host.shuts_out("bad", now), host.shuts_out("good", now)) == ("server_error", "")
    host.join("bad", Place(), Applicant(who="three", size=4, output=1))
    assert host.next(now + 1.0) is None
    assert host.reason("bad", now) == (Phase.WAITING_PROVIDER, now + 2.0)
    found = host.next(now + 2.0)  # one finds out
    assert found is not None and found[2].tries_model
    host.answered("bad", found[2])
    assert host.away("bad") == ""


def test_where_the_provider_is_away_its_model_is_not_waited_for_twice() -> None:
    """One model alone: the provider's circuit opens, and an answer closes all there is."""
    host = Host[str](Most())
    for second in range(OPENS_AT):
        failing(host, "only", float(second))
    assert host.circuit.open and not host.queue("only").circuit.open


def test_who_may_go_elsewhere_leaves_the_line_of_one_that_is_away() -> None:
    """Those that may not wait on."""
    host = Host[str](Most())
    for who, leaves in (("stays", False), ("leaves", True)):
        host.join("model", Place(), Applicant(who=who, size=4, output=1, leaves=leaves))
    assert list(host.leaving()) == []
    for _ in range(OPENS_AT):
        host.circuit.failed(Failure(code="server_error"), 0.0, tried=False, longest_s=60.0)
    assert list(host.leaving()) == ["leaves"]
    host.join("model", Place(), Applicant(who="late", size=4, output=1, leaves=True))
    assert list(host.leaving()) == ["late"]
    assert host.waiting == 1

"""Whether a provider is there."""

from __future__ import annotations

from engine.runtime.limits.circuit import OPENS_AT, Circuit, Failure

DOWN = Failure(code="server_error")


class Most:
    """A `Random` that always draws the most."""

    def random(self) -> float:
        """See `Random`."""
        return 1.0


def opened(longest_s: float = 60.0) -> Circuit:
    """Return one that has just opened, at second 0."""
    circuit = Circuit(Most())
    for _ in range(OPENS_AT):
        circuit.failed(DOWN, 0.0, tried=False, longest_s=longest_s)
    return circuit


def test_it_opens_after_failures_in_a_row_alone() -> None:
    """Any answer between begins the count anew; a failed connection counts twice."""
    circuit = Circuit(Most())
    for _ in range(3):
        for _ in range(OPENS_AT - 1):
            assert not circuit.failed(DOWN, 0.0, tried=False, longest_s=60.0)
        circuit.answered()
    lost = Failure(code="unreachable", points=2)
    assert [circuit.failed(lost, 0.0, tried=False, longest_s=60.0) for _ in range(3)] == [False, False, True]
    assert circuit.code == "unreachable"


def test_one_at_a_time_finds_out_and_less_and_less_often() -> None:
    """2, 4, 8 s, up to the limit; one that fails keeps it open."""
    circuit, now, waits = opened(longest_s=10.0), 0.0, list[float]()
    for _ in range(5):
        wait = circuit.wait(now)
        assert wait is not None
        waits.append(wait)
        now += wait
        assert circuit.sent()
        assert circuit.wait(now) is None
        assert circuit.failed(DOWN, now, tried=True, longest_s=10.0)
    assert waits == [2.0, 4.0, 8.0, 10.0, 10.0]


def test_failures_of_others_say_nothing_new() -> None:
    """They were under way when it opened: neither the plan nor the one that finds out is touched."""
    circuit = opened()
    circuit.failed(DOWN, 1.0, tried=False, longest_s=60.0)
    assert circuit.next_at == 2.0
    circuit.sent()
    circuit.failed(DOWN, 2.0, tried=False, longest_s=60.0)
    assert circuit.wait(2.0) is None


def test_an_answer_closes_it_and_a_cut_lets_another_find_out() -> None:
    """A person may hurry, too; a server's own wish is heard up to the limit."""
    circuit = opened()
    circuit.sent()
    circuit.came_back(2.5)
    assert circuit.wait(2.5) == 0.0
    circuit.sent()
    circuit.failed(Failure(code="server_error", asked_s=30.0), 3.0, tried=True, longest_s=60.0)
    assert circuit.wait(3.0) == 30.0
    circuit.hurry(5.0)
    assert circuit.wait(5.0) == 0.0
    circuit.sent()
    circuit.hurry(5.0)
    assert circuit.next_at is None
    assert circuit.answered()
    assert (circuit.open, circuit.wait(5.0), circuit.code) == (False, 0.0, "")

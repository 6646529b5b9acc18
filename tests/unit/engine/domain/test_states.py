"""The one table of states: what is in it, what is not, and that everything else derives from it."""

from __future__ import annotations

import itertools

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.states import (
    ACTIONS,
    AT_REST,
    FINAL,
    LIVE,
    TRANSITIONS,
    Action,
    Event,
    IllegalTransitionError,
    PauseReason,
    State,
    advance,
    allowed,
)

PAIRS = tuple(itertools.product(State, Event))

EVENT_OF = {
    Action.PAUSE: Event.PAUSE,
    Action.RESUME: Event.RESUME,
    Action.RETRY: Event.RESUME,
    Action.CANCEL: Event.CANCEL,
    Action.RESTORE: Event.RESTORE,
}
"""What an act of a person does to the state, where it does something to it."""


@pytest.mark.parametrize(("state", "event"), [pair for pair in PAIRS if pair in TRANSITIONS])
def test_what_is_in_the_table_happens(state: State, event: Event) -> None:
    """Each pair leads where the table says."""
    assert advance(state, event) is TRANSITIONS[state, event]


@pytest.mark.parametrize(("state", "event"), [pair for pair in PAIRS if pair not in TRANSITIONS])
def test_what_is_not_in_the_table_raises(state: State, event: Event) -> None:
    """Every other pair is an error that names it."""
    with pytest.raises(IllegalTransitionError, match=f"{event} is not possible in {state}") as raised:
        advance(state, event)
    assert (raised.value.state, raised.value.event) == (state, event)


def test_every_state_is_reached_from_the_first() -> None:
    """No state is there for nothing."""
    reached = {State.PENDING}
    for _ in State:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
    assert reached == set(State)


def test_only_final_states_are_never_left() -> None:
    """COMPLETED and CANCELLED are the end; from every other state a way leads on."""
    left = {before for before, _ in TRANSITIONS}
    assert set(State) - left == FINAL


def test_the_groups_cover_each_state_once() -> None:
    """A task waits, is worked on, or is at rest."""
    assert not LIVE & AT_REST
    assert LIVE | AT_REST | {State.PENDING} == set(State)


@pytest.mark.parametrize(("state", "action"), [*itertools.product(State, EVENT_OF)])
def test_what_is_allowed_is_possible(state: State, action: Action) -> None:
    """A button that is enabled never meets an illegal transition; one that is not has none to make.

    Trying again is for what went wrong: a pause resumes, and has nothing to try again.
    """
    possible = (state, EVENT_OF[action]) in TRANSITIONS and (state, action) != (State.PAUSED, Action.RETRY)
    assert (action in allowed(state)) == possible


def test_starting_is_for_what_waits_or_rests() -> None:
    """A task in the queue is moved ahead, a paused one goes on; the others run already or are over."""
    assert {state for state in State if Action.START in allowed(state)} == {State.PENDING, State.PAUSED}


@pytest.mark.parametrize("state", sorted(AT_REST))
def test_what_rests_can_be_deleted_and_what_does_not_cannot(state: State) -> None:
    """Deleting is for tasks at rest alone."""
    assert Action.DELETE in allowed(state)
    assert not any(Action.DELETE in ACTIONS[other] for other in State if other not in AT_REST)


@pytest.mark.parametrize("state", [State.PAUSED, State.FAILED, State.TIMEOUT])
def test_every_stop_but_the_final_ones_resumes(state: State) -> None:
    """A limit or a failure ends no task for good."""
    assert advance(state, Event.RESUME) is State.PENDING
    assert Action.RESUME in allowed(state)


@pytest.mark.parametrize("action", Action)
def test_a_task_that_nobody_knows_what_was_asked_of_can_only_be_deleted(action: Action) -> None:
    """It failed for good."""
    assert (action in allowed(State.FAILED, ErrorCode.SETTINGS_LOST)) == (action is Action.DELETE)


def test_to_let_a_task_run_is_no_decision_on_its_reply() -> None:
    """One that waits for a review can be anything but resumed; nothing else is otherwise."""
    asked = allowed(State.PAUSED, PauseReason.REVIEW)
    assert allowed(State.PAUSED, PauseReason.LOOP) - asked == {Action.START, Action.RESUME}

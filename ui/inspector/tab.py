"""What every tab of the inspector is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from engine.face import Phase, TaskSnapshot
from ui.theme import Tokens


class TaskTab(QWidget):
    """About one task. Only the tab in sight is told of a task, so that only it reads."""

    def show_task(self, task: TaskSnapshot | None) -> None:
        """Be about this task as it is now: another one, or the same with other figures."""
        raise NotImplementedError

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        raise NotImplementedError


def version_of_steps(task: TaskSnapshot) -> tuple[object, ...]:
    """Return what differs whenever a task's steps or attempts do; an attempt that failed shows as a wait to retry."""
    standing = task.standing
    return (standing.attempts, standing.steps_done, standing.state, task.phase is Phase.RETRYING)

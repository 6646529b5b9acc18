"""Where in the queue a person moves tasks that wait."""

from enum import StrEnum


class Where(StrEnum):
    """Among those that wait; the order of what moves stays."""

    TOP = "top"
    UP = "up"
    DOWN = "down"
    BOTTOM = "bottom"

"""What the inspector asks of the world, answered by the engine and the program around it."""

from __future__ import annotations

from engine.face import Engine
from ui.branching import Branching
from ui.inspector.services import InspectorServices
from ui.services import WindowServices
from ui.stack import Bars


def inspector_services(engine: Engine, services: WindowServices, branching: Branching, bars: Bars) -> InspectorServices:
    """Return what the inspector of a window works with."""
    return InspectorServices(
        answer=engine.answer,
        steps=engine.steps,
        log=engine.log,
        checkpoints=engine.checkpoints,
        difference=engine.difference,
        restore=branching.restore,
        fork=branching.fork,
        foresee=engine.foresee_task,
        correct=engine.correct,
        extend=engine.extend,
        ask_provider=engine.ask_provider,
        can_ask=services.tells_cost,
        steering=engine,
        resume=lambda task: engine.resume([task]),
        on_edit=engine.edit,
        open_path=bars.open_path,
        spawn=services.spawn,
    )

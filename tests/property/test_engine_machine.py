"""The short form of the state machine, on both stores; `make machine` is the long one."""

from __future__ import annotations

import os

from tests.property.machine.play import EngineMachine, StoreMachine, examples

EXAMPLES = int(os.environ.get("EXAMPLES", "60"))

EngineMachine.TestCase.settings = examples(EXAMPLES)
StoreMachine.TestCase.settings = examples(max(1, EXAMPLES // 4))
TestEngineMachine = EngineMachine.TestCase
TestStoreMachine = StoreMachine.TestCase

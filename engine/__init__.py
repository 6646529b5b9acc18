"""The engine: runs long, multi-step LLM tasks durably, with no window and no words for people.

`engine.face` is the one module that the window may import; everything else in here is the engine's own.
"""

"""`drover demo`: the main job played in the real window, killed in the middle, reopened, finished."""

from app.demo.play import run_demo

__all__ = ["run_demo"]

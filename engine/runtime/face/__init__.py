"""The engine's public face, part by part as `engine.face` names them, over the rooms that do the work."""

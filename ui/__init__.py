"""Shows tasks: the window and all in it. Of the engine it knows only `engine.face`."""

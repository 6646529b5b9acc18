"""The whole program under load, and a curve of where it stops: window, engine, store and network together."""

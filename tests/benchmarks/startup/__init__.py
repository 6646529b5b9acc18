"""How soon is the window there, and gone? Beside a bare window of PySide6 and pyqtgraph."""

"""Starts Drover: `drover`, or `python -m app`."""

from __future__ import annotations

import signal
import sys

CHILD = "--local-model-child"
"""First argument of the local model's child process in a frozen build, where the program is its own interpreter."""


def main() -> None:
    """Run the command line; a child process becomes the local model and nothing else."""
    if len(sys.argv) > 1 and sys.argv[1] == CHILD:
        from engine.providers.local.child import run_child  # noqa: PLC0415 - a child loads nothing more

        raise SystemExit(run_child(sys.argv[2:]))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback either while the words for it are loaded
    from app.cli.ending import end_with_a_word  # noqa: PLC0415 - see above

    end_with_a_word()
    from app.cli.main import cli  # noqa: PLC0415 - loads much more: a signal may come meanwhile

    cli()


if __name__ == "__main__":
    main()

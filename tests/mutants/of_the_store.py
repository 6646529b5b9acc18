"""Faults of what is written, and of what is read back."""

from __future__ import annotations

from tests.mutants.mutant import Edit, Mutant

WRITER = "engine.store.writer:Writer"
ROWS = "engine.store.rows:Rows"

STORE = (
    Mutant(
        name="ack_first",
        breaks="commit in one transaction before any consequence is acted on: shown as saved",
        caught_by="crash",
        edits=(
            Edit(
                f"{WRITER}._commit",
                "return await asyncio.get_running_loop().run_in_executor("
                "self._executor, self._transactor.commit, writes)",
                "self._executor.submit(self._transactor.commit, writes)\nreturn None",
            ),
        ),
    ),
    Mutant(
        name="applied_twice",
        breaks="it is reopened, compared by attempt id and applied again idempotently",
        caught_by="store_machine",
        edits=(Edit(f"{WRITER}._saved", "if await self._reopen():\n            return None", "await self._reopen()"),),
    ),
    Mutant(
        name="dropped_queue",
        breaks="A failed commit is unknown, not undone: applied again",
        caught_by="store_machine",
        edits=(
            Edit(
                f"{WRITER}._persist",
                "self._fail(error, batch)\n        return batch",
                "self._fail(error, batch)\nreturn []",
            ),
        ),
    ),
    Mutant(
        name="skip_the_chain",
        breaks="a task's chain is checked before it runs or shows",
        caught_by="store_machine",
        edits=(
            Edit("engine.store.journal:Walk.follow", " or head != hash_", ""),
            Edit("engine.store.check:ends", "(walk.place, walk.head) != (records, head)", "walk.place != records"),
        ),
    ),
    Mutant(
        name="head_not_compared",
        breaks="Start checks heads",
        caught_by="store_machine",
        edits=(Edit("engine.store.check:ends", "if (walk.place, walk.head) != (records, head):", "if False:"),),
    ),
    Mutant(
        name="digest_not_checked",
        breaks="Records are chained over header and SHA-256 of the payload",
        caught_by="store_machine",
        edits=(
            Edit(
                "engine.store.chain:digests",
                'hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()',
                'b"text"',
            ),
        ),
    ),
    Mutant(
        name="settings_not_compared",
        breaks="Damage is named",
        caught_by="store_machine",
        edits=(
            Edit(
                "engine.store.journal:matches_digest",
                "return not recorded or recorded == sha256(packed_spec)",
                "return True",
            ),
        ),
    ),
    Mutant(
        name="no_watermark",
        breaks="A watermark beside the database (last sequence and head, refreshed within a second of a commit)",
        caught_by="store_machine",
        edits=(Edit("engine.store.store:SqliteStore._committed", "if self._marking is None:", "if False:"),),
    ),
    Mutant(
        name="watermark_not_compared",
        breaks="shows a lost tail",
        caught_by="store_machine",
        edits=(
            Edit(
                "engine.store.repair.survey:survey",
                "if mark is not None and mark.hash:",
                "if mark is not None and not mark.hash:",
            ),
        ),
    ),
)

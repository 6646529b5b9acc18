"""Named points in the store where a test may stop, delay or kill the program; on the writer's thread."""

BEFORE_COMMIT = "before_commit"
AFTER_COMMIT = "after_commit"

ALL = (BEFORE_COMMIT, AFTER_COMMIT)

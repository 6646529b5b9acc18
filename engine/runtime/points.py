"""Named points on the way of one step, in order: where a test may stop, delay or kill the program."""

ADMITTED = "admitted"
INTENT_DURABLE = "intent_durable"
REQUEST_OPENED = "request_opened"
FIRST_TOKEN = "first_token"  # noqa: S105 - a name of a point, not a secret
REPLY_WHOLE = "reply_whole"
OUTCOME_QUEUED = "outcome_queued"
OUTCOME_DURABLE = "outcome_durable"
CHECKPOINT_DURABLE = "checkpoint_durable"
STATE_DURABLE = "state_durable"

ALL = (
    ADMITTED,
    INTENT_DURABLE,
    REQUEST_OPENED,
    FIRST_TOKEN,
    REPLY_WHOLE,
    OUTCOME_QUEUED,
    OUTCOME_DURABLE,
    CHECKPOINT_DURABLE,
    STATE_DURABLE,
)

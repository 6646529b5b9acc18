"""Every error a person can meet has a code here; the sentence that says what to do is in resources/text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """Codes of what went wrong; also the reason code of FAILED."""

    # a provider, or the way to it
    UNREACHABLE = "unreachable"
    TLS = "tls"
    WRONG_KEY = "wrong_key"
    NO_KEY = "no_key"
    FORBIDDEN = "forbidden"
    NO_CREDIT = "no_credit"
    UNKNOWN_MODEL = "unknown_model"
    BAD_REQUEST = "bad_request"
    CONTEXT_OVERFLOW = "context_overflow"
    RATE_LIMITED = "rate_limited"
    ASKS_TO_WAIT = "asks_to_wait"
    SERVER_ERROR = "server_error"
    CUT = "cut"
    TRUNCATED = "truncated"
    GARBAGE = "garbage"
    TOO_LARGE = "too_large"
    ENCODED_BODY = "encoded_body"
    REDIRECTED = "redirected"
    EMPTY_REPLY = "empty_reply"
    SHORTENED = "shortened"
    NOT_AS_ASKED = "not_as_asked"
    CONTENT_FILTERED = "content_filtered"
    TOOL_CALLS = "tool_calls"
    STALLED = "stalled"
    UNKNOWN_PROVIDER = "unknown_provider"
    INVALID_URL = "invalid_url"
    NO_SERVICE = "no_service"
    INSECURE_URL = "insecure_url"
    INVALID_KEY = "invalid_key"
    # the local model
    MODEL_NOT_INSTALLED = "model_not_installed"
    MODEL_FILE = "model_file"
    MODEL_DIED = "model_died"
    # money
    PRICE_UNKNOWN = "price_unknown"
    OVER_BUDGET = "over_budget"
    FENCED = "fenced"
    # the store and the results folder
    FOLDER_IN_USE = "folder_in_use"
    FOLDER_NOT_WRITABLE = "folder_not_writable"
    RESULTS_NOT_WRITABLE = "results_not_writable"
    DISK_FULL = "disk_full"
    STORE_FAILED = "store_failed"
    STORE_DAMAGED = "store_damaged"
    SETTINGS_LOST = "settings_lost"
    STORE_UNREADABLE = "store_unreadable"
    STORE_TOO_NEW = "store_too_new"
    NOT_A_STORE = "not_a_store"
    BACKUP_FAILED = "backup_failed"
    NETWORK_FOLDER = "network_folder"
    TEXT_DROPPED = "text_dropped"
    FILE_NOT_WRITTEN = "file_not_written"
    # rows that tasks are made of
    FILE_UNREADABLE = "file_unreadable"
    NOT_TEXT = "not_text"
    IMPORT_TOO_LARGE = "import_too_large"
    NO_ROWS = "no_rows"
    ROW_CELLS = "row_cells"
    ROW_QUOTE = "row_quote"
    ROW_JSON = "row_json"
    ROW_EMPTY = "row_empty"
    TEMPLATE_SYNTAX = "template_syntax"
    TEMPLATE_UNKNOWN = "template_unknown"
    TEMPLATE_FAILED = "template_failed"
    # a task as it was asked for
    GOAL_EMPTY = "goal_empty"
    PROMPTS_EMPTY = "prompts_empty"
    STEPS_OUT_OF_RANGE = "steps_out_of_range"
    BUDGET_NEGATIVE = "budget_negative"
    TEMPERATURE_OUT_OF_RANGE = "temperature_out_of_range"
    MAX_OUTPUT_OUT_OF_RANGE = "max_output_out_of_range"
    TIME_LIMIT_OUT_OF_RANGE = "time_limit_out_of_range"
    RETRIES_OUT_OF_RANGE = "retries_out_of_range"
    INTERVAL_OUT_OF_RANGE = "interval_out_of_range"
    PRIORITY_OUT_OF_RANGE = "priority_out_of_range"
    START_OUT_OF_RANGE = "start_out_of_range"
    TOO_MANY_FALLBACKS = "too_many_fallbacks"
    TOO_MANY_CANDIDATES = "too_many_candidates"
    SCHEMA_INVALID = "schema_invalid"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_NOT_UNICODE = "text_not_unicode"
    NO_MODEL = "no_model"
    NAME_UNPRINTABLE = "name_unprintable"
    SETTINGS_UNREADABLE = "settings_unreadable"
    UNKNOWN_TASK = "unknown_task"
    UNKNOWN_ATTEMPT = "unknown_attempt"
    ATTEMPT_OPEN = "attempt_open"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    NO_CHECKPOINT = "no_checkpoint"
    NO_STEPS_LEFT = "no_steps_left"
    NOT_POSSIBLE = "not_possible"
    REVIEW_OVER = "review_over"
    TEXT_EMPTY = "text_empty"
    REVIEW_OUT_OF_RANGE = "review_out_of_range"
    LOOP_OUT_OF_RANGE = "loop_out_of_range"
    WINDOW_OUT_OF_RANGE = "window_out_of_range"
    SHARE_OUT_OF_RANGE = "share_out_of_range"
    # ours
    INTERNAL = "internal"


class DroverError(Exception):
    """An error with a code. `detail` is for the log and may hold a server's own (hostile) words."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        """Name what went wrong."""
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with what was asked: the field it is in and what is wrong with it."""

    field: str
    code: ErrorCode


class InvalidSpecError(DroverError):
    """A task cannot be created as asked; `problems` names every field that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Carry all problems, the first one as the code."""
        super().__init__(problems[0].code, ", ".join(f"{p.field}: {p.code}" for p in problems))
        self.problems = problems

"""What the hub says about itself: log lines and metrics from closed lists, never a person.

In: an event of the catalogue and closed fields. Out: one JSON line on stderr, or a number.
Never here: free text, an identifier of a person, a token, a URL's query, a request's body.
"""

import logging
import sys
from enum import StrEnum

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

REQUESTS = Counter(
    "hub_requests_total",
    "Answers given, by route and status.",
    ["route", "status"],
    registry=REGISTRY,
)
SECONDS = Histogram(
    "hub_request_seconds", "Time to answer, by route.", ["route"], registry=REGISTRY
)
STORED = Counter("hub_events_stored_total", "Events given a place.", registry=REGISTRY)
REFUSED = Counter(
    "hub_events_refused_total", "Events refused, by code.", ["err"], registry=REGISTRY
)
ANSWERS = Counter(
    "hub_answers_total",
    "Recorded answers, by outcome and channel.",
    ["outcome", "channel"],
    registry=REGISTRY,
)
BLOCKED = Counter(
    "hub_blocked_release_total", "Entitled when projected, refused at the door.", registry=REGISTRY
)
WAITING = Gauge("hub_writer_waiting", "Drafts waiting to be written.", registry=REGISTRY)
PROJECTED = Gauge("hub_projected_position", "How far the views reach.", registry=REGISTRY)
LOG_BEHIND = Gauge(
    "hub_log_behind_seconds",
    "How long the ledger's first row without a leaf has waited.",
    registry=REGISTRY,
)
PROMISED = Counter(
    "hub_answers_promised_total",
    "Answers that left before a checkpoint covered them.",
    registry=REGISTRY,
)
PARKED = Gauge("hub_parked_events", "Events the projector set aside.", registry=REGISTRY)


class Log(StrEnum):
    """Every log line the hub can write."""

    STARTED = "hub.started"
    STOPPED = "hub.stopped"
    REQUEST_FAILED = "request.failed"
    STORE_UNAVAILABLE = "store.unavailable"
    BLOCKED_RELEASE = "disclosure.blocked_release"
    PROJECTOR_PARKED = "projector.parked"
    PROJECTOR_FAILED = "projector.failed"
    PROJECTOR_WAITING = "projector.waiting"
    SEQUENCER_FAILED = "sequencer.failed"
    LOG_STANDS = "log.stands"
    LOG_MOVES = "log.moves"
    WRITER_LEADS = "writer.leads"
    WRITER_ENDED = "writer.ended"
    VAULT_REFUSED = "vault.refused"
    WITNESS_TROUBLE = "witness.trouble"


def configure() -> None:
    """Write JSON lines to stderr. Called once by each process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def say(event: Log, **fields: str | float) -> None:
    """Write one line. `fields` are ids, counts and closed values: the catalogue of each is above.

    Exceptions are named by class only, because their text may hold what was sent.
    """
    structlog.get_logger().info(event.value, **fields)

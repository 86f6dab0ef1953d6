"""The page of the queue for the platform administrator: what waits, what is stuck, how each sender stands."""

from datetime import datetime, timedelta

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from referral.kit import clock
from referral.kit.policy import requires
from referral.kit.scope import job_scope
from referral.kit.transaction import current_settings, database
from referral.messaging.queue_policies import QueuePermission
from referral.messaging.words import MESSAGE_STATES, reason_words
from referral.outbox.gateway.choose import choose_gateways
from referral.outbox.queries import QueueHealth, messages_for_people, queue_health

blueprint = Blueprint("queue", __name__, template_folder="templates")

#: Messages that the page names; the command line lists them all.
MOST_SHOWN = 50

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@blueprint.get("/queue")
@requires(QueuePermission.LOOK)
def show() -> str:
    """Show how the queue stands: counts, moments, codes. No words, no phone and no patient."""
    with database().reading(job_scope("queue health")) as apart:
        health = queue_health(apart)
        waiting = messages_for_people(apart, most=MOST_SHOWN)
    return render_template(
        "messaging/queue.html",
        health=health,
        waiting=waiting,
        drains=_drains(health),
        oldest_due=_age(health.oldest_due_at, clock.now()),
        oldest_unknown=_age(health.unknown_since, clock.wall()),
        staff_blocked=choose_gateways(current_settings()).staff_sms is None,
        states=MESSAGE_STATES,
        reason_words=reason_words,
        states_of_people=[(str(MESSAGE_STATES[state]), str(count)) for state, count in health.counts.items()],
    )


def _drains(health: QueueHealth) -> str:
    if health.quarantined_at is not None:
        return str(_("Nothing is sent now"))
    left = health.time_to_drain
    return str(_("Nothing went lately, so this cannot be told")) if left is None else span_words(left)


def _age(moment: datetime | None, now: datetime) -> str:
    return span_words(max(now - moment, timedelta())) if moment is not None else str(_("None"))


def span_words(span: timedelta) -> str:
    """Return a span of time in words, rounded up to whole minutes, hours or days."""
    if span < _HOUR:
        number = -(-span // _MINUTE)
        return str(ngettext("%(num)d minute", "%(num)d minutes", number))
    if span < 2 * _DAY:
        number = -(-span // _HOUR)
        return str(ngettext("%(num)d hour", "%(num)d hours", number))
    number = -(-span // _DAY)
    return str(ngettext("%(num)d day", "%(num)d days", number))

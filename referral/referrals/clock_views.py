"""The page of the clock policy for the platform administrator: how the clocks run, every version, and a new one."""

from dataclasses import dataclass
from datetime import datetime, time

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.kit.zones import zone_of
from referral.referrals import clock_words as words
from referral.referrals.clock_forms import ClockPolicyForm, facts_of_form
from referral.referrals.clock_policy import SHIPPED, WAITS, ClockPolicy, Pace, faults_of, policy_from
from referral.referrals.deadlines import calendar_of
from referral.referrals.policies import ReferralPermission
from referral.referrals.policy_versions import NewVersion, free_name, made_versions, make_version, policy_in_effect
from referral.screening.words import NEEDS
from resources_directory.needs import NeedDomain

blueprint = Blueprint("clock_policies", __name__, template_folder="templates")


@dataclass(frozen=True)
class VersionLine:
    """One version as the page shows it. `since`: none for the shipped one. `counts`: referrals signed now run by it."""

    policy: ClockPolicy
    since: datetime | None
    why: str
    made_by: str
    counts: bool

    def rows(self) -> list[tuple[str, list[str]]]:
        """Return (pace, waits in words in the order of the columns)."""
        return [
            (str(words.PACES[pace]), [words.wait_words(self.policy.wait(pace, step)) for step in WAITS])
            for pace in Pace
        ]

    def needs_at(self, pace: Pace) -> list[str]:
        """Return the needs that run at this pace unless the urgency says otherwise, in words."""
        return [str(NEEDS[need]) for need in NeedDomain if self.policy.paces.get(need, Pace.USUAL) == pace]


@blueprint.get("/clocks")
@requires(ReferralPermission.CLOCKS, fresh=True)
def index() -> ResponseReturnValue:
    """Show how the clocks run, every version, and the form for a new one, filled with the one that counts."""
    policy = policy_in_effect(request_session(), clock.now())
    return _page(ClockPolicyForm(formdata=None, data=facts_of_form(policy)))


@blueprint.post("/clocks")
@requires(ReferralPermission.CLOCKS, fresh=True)
def make() -> ResponseReturnValue:
    """Make a new version; what was signed keeps its own."""
    form, session = ClockPolicyForm(), request_session()
    if not form.validate_on_submit():
        return _page(form), 422
    since = _since(session, form)
    policy = form.policy(free_name(session, (form.effective_on.data or clock.now().date()).isoformat()))
    faults = faults_of(policy)
    if faults:
        form.blame_waits(faults)
        return _page(form), 422
    person = current_person()
    try:
        row = make_version(session, NewVersion(form.filling_id(), policy, since, form.why.data, person.person_id))
    except (InvalidInput, Conflict) as error:
        form.blame(InvalidInput(error.message, getattr(error, "field", None)))
        return _page(form), error.status
    flash(_("Version %(version)s is stored. What was signed before keeps its own.", version=row.version), "success")
    return redirect(url_for("clock_policies.index"), 303)


def _since(session: ScopedSession, form: ClockPolicyForm) -> datetime | None:
    """Return the first moment of the day that was typed, where the administrator's member is; None for today."""
    now, zone = clock.now(), zone_of(calendar_of(session, current_person().member_id).timezone_name)
    day = form.effective_on.data
    if day is None or day == now.astimezone(zone).date():
        return None
    return datetime.combine(day, time(), zone).astimezone(now.tzinfo)


def _page(form: ClockPolicyForm) -> str:
    session = request_session()
    return render_template(
        "referrals/clocks.html",
        form=form,
        versions=_versions(session),
        words=words,
        paces=list(Pace),
        steps=WAITS,
        columns=[_("Pace"), *(str(words.STEPS[step]) for step in WAITS)],
        needs=list(NeedDomain),
    )


def _versions(session: ScopedSession) -> list[VersionLine]:
    """Return every version, the newest first, the shipped one last."""
    rows = made_versions(session)
    people, counts = names_of(session, {row.made_by for row in rows}), policy_in_effect(session, clock.now()).version
    made = [
        VersionLine(
            policy_from(row.version, row.facts),
            row.effective_from,
            row.why,
            people.get(row.made_by, ""),
            row.version == counts,
        )
        for row in rows
    ]
    return [*made, VersionLine(SHIPPED, None, "", "", SHIPPED.version == counts)]

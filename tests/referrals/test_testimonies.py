"""The closing rule: who says what, in which state, and what becomes of the referral."""

import pytest
from sqlalchemy import select

from referral.kit.errors import InvalidInput
from referral.kit.scope import Scope, ScopedSession, ScopeKind
from referral.kit.state_machine import IllegalMove
from referral.referrals import testimonies
from referral.referrals.models import Referral, Testimony
from referral.referrals.queries import organization_testimonies
from referral.referrals.states import NotCompletedReason, Outcome, ReferralState, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony, contradict
from referral.todos.models import ToDo, ToDoReason
from tests.referrals.conftest import Place

S = ReferralState
ORG, PATIENT = Side.ORGANIZATION, Side.PATIENT


def say(session: ScopedSession, referral: Referral, side: Side, outcome: Outcome, **facts) -> Testimony:
    """One side says what happened, by the way that is usual for it."""
    channel = TestimonyChannel.LINK if side is ORG else TestimonyChannel.TEXT
    if side is ORG and outcome is Outcome.NOT_RECEIVED:
        facts = {"reason": NotCompletedReason.COULD_NOT_REACH} | facts
    return testimonies.testify(session, referral, GivenTestimony(side=side, outcome=outcome, channel=channel, **facts))


def reasons(session: ScopedSession) -> list[str]:
    return list(session.scalars(select(ToDo.reason).order_by(ToDo.reason)))


CLOSING = [
    (S.ACCEPTED, ORG, Outcome.RECEIVED, S.COMPLETED, "the first outcome closes"),
    (S.IN_PROGRESS, ORG, Outcome.PARTLY_RECEIVED, S.COMPLETED, "part of the help is help"),
    (S.WAITLISTED, ORG, Outcome.NOT_RECEIVED, S.NOT_COMPLETED, "the organization may say that it failed"),
    (S.IN_PROGRESS, PATIENT, Outcome.RECEIVED, S.COMPLETED, "the patient's yes closes too"),
    (S.ACCEPTED, PATIENT, Outcome.PARTLY_RECEIVED, S.COMPLETED, "and so does a partly"),
    (S.ACCEPTED, PATIENT, Outcome.NOT_RECEIVED, S.ACCEPTED, "a patient's no never closes"),
    (S.IN_PROGRESS, PATIENT, Outcome.NOT_RECEIVED, S.IN_PROGRESS, "a patient's no never closes"),
    (S.WAITLISTED, PATIENT, Outcome.NOT_RECEIVED, S.WAITLISTED, "a patient's no never closes"),
    (S.IN_PROGRESS, PATIENT, Outcome.NO_LONGER_WANTED, S.NOT_COMPLETED, "not wanted any more"),
    (S.SENT, PATIENT, Outcome.NO_LONGER_WANTED, S.WITHDRAWN, "the organization need not answer any more"),
    (S.SENT, PATIENT, Outcome.RECEIVED, S.SENT, "kept, for a person to ask the organization"),
    (S.SENT, PATIENT, Outcome.NOT_RECEIVED, S.SENT, "kept, for a person to ask the organization"),
    (S.DECLINED, PATIENT, Outcome.RECEIVED, S.DECLINED, "late words move nothing"),
    (S.EXPIRED, ORG, Outcome.RECEIVED, S.EXPIRED, "late words move nothing"),
    (S.WITHDRAWN, PATIENT, Outcome.RECEIVED, S.WITHDRAWN, "late words move nothing"),
    (S.CANCELLED, ORG, Outcome.RECEIVED, S.CANCELLED, "late words move nothing"),
    (S.ENTERED_IN_ERROR, ORG, Outcome.RECEIVED, S.ENTERED_IN_ERROR, "late words move nothing"),
    (S.COMPLETED, PATIENT, Outcome.NOT_RECEIVED, S.COMPLETED, "neither overwrites the other"),
    (S.NOT_COMPLETED, PATIENT, Outcome.RECEIVED, S.NOT_COMPLETED, "neither overwrites the other"),
]


@pytest.mark.parametrize(
    ("state", "side", "outcome", "after", "why"), CLOSING, ids=[f"{case[0]}-{case[1]}-{case[2]}" for case in CLOSING]
)
def test_the_closing_rule(session: ScopedSession, place: Place, state, side, outcome, after, why):
    referral = place.referral(state)

    row = say(session, referral, side, outcome)

    assert referral.state == after, why
    assert (row.side, row.outcome) == (side, outcome)


@pytest.mark.parametrize(
    ("state", "late"),
    [
        *((state, False) for state in (S.SENT, S.ACCEPTED, S.IN_PROGRESS, S.WAITLISTED)),
        *((state, True) for state in (S.DECLINED, S.EXPIRED, S.COMPLETED, S.NOT_COMPLETED, S.WITHDRAWN, S.CANCELLED)),
    ],
)
def test_what_comes_after_the_end_is_late(session: ScopedSession, place: Place, state, late):
    assert say(session, place.referral(state), PATIENT, Outcome.RECEIVED).late is late


DIFFER = [
    ([(ORG, Outcome.RECEIVED), (PATIENT, Outcome.NOT_RECEIVED)], True, "the patient says otherwise"),
    ([(ORG, Outcome.RECEIVED), (PATIENT, Outcome.RECEIVED)], False, "both say the same"),
    ([(ORG, Outcome.PARTLY_RECEIVED), (PATIENT, Outcome.RECEIVED)], False, "a matter of degree"),
    ([(ORG, Outcome.NOT_RECEIVED), (PATIENT, Outcome.RECEIVED)], True, "the patient got it after all"),
    ([(ORG, Outcome.NOT_RECEIVED), (PATIENT, Outcome.NOT_RECEIVED)], False, "both say no"),
    ([(PATIENT, Outcome.NOT_RECEIVED), (ORG, Outcome.RECEIVED)], True, "it closes, and a person looks"),
    (
        [(PATIENT, Outcome.NOT_RECEIVED), (PATIENT, Outcome.RECEIVED)],
        False,
        "help came later: nothing was closed before",
    ),
    ([(PATIENT, Outcome.RECEIVED), (PATIENT, Outcome.NOT_RECEIVED)], True, "the word that closed it is taken back"),
    ([(PATIENT, Outcome.RECEIVED), (ORG, Outcome.NOT_RECEIVED)], True, "the organization says otherwise"),
    ([(ORG, Outcome.RECEIVED), (PATIENT, Outcome.NO_LONGER_WANTED)], False, "not wanting contradicts nothing"),
]


@pytest.mark.parametrize(("said", "differ", "why"), DIFFER, ids=[case[2] for case in DIFFER])
def test_answers_differ_when_one_says_that_help_came_and_one_that_it_did_not(
    session: ScopedSession, place: Place, said, differ, why
):
    referral = place.referral(S.IN_PROGRESS)

    for side, outcome in said:
        say(session, referral, side, outcome)

    assert referral.answers_differ is differ, why
    assert (ToDoReason.ANSWERS_DIFFER in reasons(session)) is differ
    assert len(session.scalars(select(Testimony)).all()) == len(said)


def test_answers_that_once_differed_still_do(session: ScopedSession, place: Place):
    referral = place.referral(S.IN_PROGRESS)
    say(session, referral, ORG, Outcome.RECEIVED)
    say(session, referral, PATIENT, Outcome.NOT_RECEIVED)

    say(session, referral, PATIENT, Outcome.RECEIVED)

    assert referral.answers_differ


LATE = [
    (S.DECLINED, PATIENT, Outcome.RECEIVED, True, "help came after all: stop looking"),
    (S.EXPIRED, ORG, Outcome.RECEIVED, True, "the silent organization helped"),
    (S.ENTERED_IN_ERROR, ORG, Outcome.RECEIVED, True, "somebody was helped by mistake"),
    (S.DECLINED, PATIENT, Outcome.NOT_RECEIVED, False, "nothing new"),
    (S.COMPLETED, PATIENT, Outcome.RECEIVED, False, "both agree"),
]


@pytest.mark.parametrize(("state", "side", "outcome", "told", "why"), LATE, ids=[case[4] for case in LATE])
def test_a_late_word_is_told_where_it_matters(session: ScopedSession, place: Place, state, side, outcome, told, why):
    say(session, place.referral(state), side, outcome)

    assert (ToDoReason.LATE_ANSWER in reasons(session)) is told, why


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [(Outcome.RECEIVED, ToDoReason.OTHER), (Outcome.NOT_RECEIVED, ToDoReason.ORGANIZATION_SILENT)],
)
def test_what_the_patient_says_before_the_answer_is_given_to_a_person(
    session: ScopedSession, place: Place, outcome, reason
):
    say(session, place.referral(S.SENT), PATIENT, outcome)

    assert reasons(session) == [reason]


@pytest.mark.parametrize(("state", "side"), [(S.DRAFT, PATIENT), (S.HELD, PATIENT), (S.HELD, ORG), (S.SENT, ORG)])
def test_nobody_testifies_about_what_has_not_begun(session: ScopedSession, place: Place, state, side):
    referral = place.referral(state)

    with pytest.raises(IllegalMove):
        say(session, referral, side, Outcome.RECEIVED)

    assert session.scalars(select(Testimony)).all() == []


@pytest.mark.parametrize("reason", [None, "no_such_reason"])
def test_an_organization_says_why_help_did_not_come(session: ScopedSession, place: Place, reason):
    referral = place.referral(S.ACCEPTED)

    with pytest.raises(InvalidInput):
        say(session, referral, ORG, Outcome.NOT_RECEIVED, reason=reason)

    assert referral.state == S.ACCEPTED


def test_the_organization_does_not_see_what_the_patient_says(session: ScopedSession, place: Place):
    referral = place.referral(S.IN_PROGRESS)
    say(session, referral, PATIENT, Outcome.NOT_RECEIVED)
    say(session, referral, ORG, Outcome.RECEIVED)
    session.expunge_all()

    session.take_scope(Scope(ScopeKind.MEMBERSHIP, "membership", receiver_ids=frozenset({place.organization.id})))
    seen = session.scalars(select(Testimony)).all()

    assert [row.side for row in seen] == [ORG]


def test_a_link_shows_the_organization_only_its_own_words(session: ScopedSession, place: Place):
    referral = place.referral(S.IN_PROGRESS)
    say(session, referral, PATIENT, Outcome.NOT_RECEIVED)
    say(session, referral, ORG, Outcome.RECEIVED)
    session.expunge_all()

    session.take_scope(Scope(ScopeKind.LINK, "link", referral_id=referral.id))

    assert [row.side for row in organization_testimonies(session, referral.id)] == [ORG]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Outcome.RECEIVED, Outcome.NOT_RECEIVED, True),
        (Outcome.NOT_RECEIVED, Outcome.PARTLY_RECEIVED, True),
        (Outcome.RECEIVED, Outcome.PARTLY_RECEIVED, False),
        (Outcome.NOT_RECEIVED, Outcome.NO_LONGER_WANTED, False),
        (Outcome.NOT_RECEIVED, Outcome.NOT_RECEIVED, False),
    ],
)
def test_contradiction_is_about_whether_help_came(one, other, expected):
    assert contradict(one, other) is contradict(other, one) is expected


@pytest.mark.parametrize("side", [ORG, PATIENT])
def test_help_that_came_in_part_is_said_as_part_in_state_and_history(nurse, place: Place, side: Side):
    referral = place.referral(S.ACCEPTED)
    how = TestimonyChannel.LINK if side is ORG else TestimonyChannel.PHONE
    testimonies.testify(
        place.town.session, referral, GivenTestimony(side, Outcome.PARTLY_RECEIVED, how, speaker="Olga")
    )
    place.town.commit()

    page = nurse.get(f"/referrals/{referral.id}").text

    assert "It was closed: part of the help was received." in page
    assert "Help was received" not in page
    assert "Part of the help was received" in page

"""Shows one to-do again and again: fresh, or with the form that was sent and what must be mended in it."""

from uuid import UUID

from flask import render_template

from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.navigation import words
from referral.navigation.clock_words import until
from referral.navigation.finishing import asks_for_call
from referral.navigation.forms import AnswerForm, AttemptForm, DoneForm, PlanForm, ToldForm
from referral.navigation.pages import fresh_forms, sheet_of
from referral.navigation.queries import to_do_by_id
from referral.todos.models import ToDo


def one_to_do(session: ScopedSession, to_do_id: UUID) -> ToDo | None:
    """Return the to-do of the address, if it is of the reader's clinic."""
    to_do = to_do_by_id(session, to_do_id)
    return to_do if to_do is not None and to_do.clinic_id == current_person().member_id else None


def show_to_do(
    to_do: ToDo,
    *,
    done: DoneForm | None = None,
    attempt: AttemptForm | None = None,
    told: ToldForm | None = None,
    plan: PlanForm | None = None,
    answer: AnswerForm | None = None,
) -> str:
    """Return the page of a to-do; a form that is given was sent and is shown with what was typed."""
    reader = current_person()
    sheet = sheet_of(request_session(), to_do, reader)
    forms = fresh_forms(sheet, reader)
    return render_template(
        "navigation/show.html",
        sheet=sheet,
        to_do=to_do,
        done_form=done or forms.done,
        asks_for_call=asks_for_call(request_session(), to_do),
        attempt_form=attempt or forms.attempt,
        told_form=told or forms.told,
        plan_form=plan or forms.plan,
        answer_form=answer or forms.answer,
        sent_form=done or attempt or told or plan or answer,
        words=words,
        now=clock.now(),
        until=until(to_do.due_at, clock.now()),
    )

"""What the page of an opened link works with: the request, the forms of its state, how far the code has come."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l

from referral.accounts.codes import CODE_KIND
from referral.accounts.link_sessions import OpenedLink
from referral.accounts.mail_allowances import allowance_key
from referral.kit.errors import Gone
from referral.kit.scope import ScopedSession
from referral.referrals import words
from referral.referrals.answers import BESIDE, Verb, asked_of, forms_for, is_late
from referral.referrals.desk_page import NOTHING_BESIDE, beside
from referral.referrals.forms import CodeForm, NamedForm, SendCodeForm
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.proving import CODE_MINUTES, PROVEN_MINUTES, OnFile, awaited_code, on_file
from referral.referrals.queries import organization_testimonies
from referral.referrals.shown_person import person_shown
from referral.referrals.typed_names import name_typed


@dataclass
class AnswerPage:
    """One request as the browser that opened its link sees it.

    `on_file`: where a code may go, while one is needed. `sent_to`: where the code went that may be typed now.
    """

    session: ScopedSession
    opened: OpenedLink
    referral: Referral
    forms: dict[Verb, NamedForm]
    send: SendCodeForm
    code: CodeForm
    on_file: list[OnFile]
    sent_to: OnFile | None

    def form_of(self, verb: Verb) -> NamedForm:
        """Return the form of a verb. Raises Gone when the state does not allow it."""
        if verb not in self.forms:
            raise Gone(_l("This step is not possible any more. Open the newest e-mail about this request."))
        return self.forms[verb]

    def chosen_address(self) -> str | None:
        """Return the key of the address chosen for the code; None where there was nothing to choose."""
        return self.send.address.data if "address" in self.send else None

    def render(self) -> str:
        """Return the page; with the person, as long as this browser may see them."""
        asked = asked_of(self.session, self.referral, proven=self.opened.proven)
        return render_template(
            "referrals/answer.html",
            referral=self.referral,
            number=short_number(self.referral.id),
            asked=asked,
            forms={str(verb): form for verb, form in self.forms.items()},
            urls={str(verb): _url(verb) for verb in self.forms},
            proving=self if not self.opened.proven else None,
            late=is_late(self.referral, Verb.ACCEPT),
            details=person_shown(self.session, self.referral, self.opened) if Verb.DETAILS in self.forms else None,
            beside=NOTHING_BESIDE if asked.taken_back else beside(self.session, self.referral),
            just_said=request.args.get("said") if request.method == "GET" else None,
            said=organization_testimonies(self.session, self.referral.id),
            words=words,
            code_minutes=CODE_MINUTES,
            proven_minutes=PROVEN_MINUTES,
        )


def page_of(session: ScopedSession, opened: OpenedLink, referral: Referral) -> AnswerPage:
    """Return the page of a link that was opened, with its forms filled from the request."""
    forms = forms_for(referral, about=opened.session_id, name=name_typed(opened.session_id))
    needs_code = Verb.DETAILS in forms and not opened.proven
    addresses = on_file(session, referral) if needs_code else []
    awaited = awaited_code(session, opened) if needs_code else None
    keys = {allowance_key(session, CODE_KIND, each.address.email): each for each in addresses}
    sent_to = keys.get(awaited.address_key) if awaited else None
    before = sent_to.key if sent_to else None
    send = SendCodeForm(prefix="send", data={"about": str(opened.session_id), "address": before})
    if len(addresses) > 1:
        send.address.choices = [(each.key, each.shown) for each in addresses]
    else:
        del send.address
    return AnswerPage(
        session,
        opened,
        referral,
        forms,
        send,
        code_form(opened),
        addresses,
        sent_to,
    )


def code_form(opened: OpenedLink) -> CodeForm:
    """Return the form in which the code is typed, filled from the request."""
    return CodeForm(prefix="code", data={"about": str(opened.session_id), "name": name_typed(opened.session_id)})


def _url(verb: Verb) -> str:
    if verb is Verb.DETAILS:
        return url_for("answering.details")
    return url_for("answering.say" if verb in BESIDE else "answering.answer", verb=str(verb))

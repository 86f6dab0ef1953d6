"""Where things are done, in words: every page of the product by its endpoint, the product's own work by its name."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

#: (words, the endpoints of the pages they stand for).
_PAGES = (
    (_l("Signing in"), "accounts.sign_in accounts.enter accounts.enter_demo"),
    (
        _l("The second proof of who somebody is"),
        "factors.ask factors.answer factors.answer_with_key factors.key_options",
    ),
    (_l("Proving once more who somebody is"), "factors.confirm factors.confirmed"),
    (
        _l("One's own second proofs"),
        "own_factors.show own_factors.show_app own_factors.begin_app own_factors.finish_app own_factors.show_key "
        "own_factors.key_options own_factors.finish_key own_factors.rename own_factors.remove own_factors.renew_codes",
    ),
    (
        _l("Signing in through one's organization"),
        "single_sign_on.ask single_sign_on.find single_sign_on.begin single_sign_on.begin_invitation "
        "single_sign_on.begin_link single_sign_on.back single_sign_on.own single_sign_on.show single_sign_on.unlink",
    ),
    (_l("The organization's own sign-in"), "providers.show providers.save providers.remove"),
    (_l("Signing out"), "accounts.leave"),
    (_l("Choosing the language"), "accounts.choose_language"),
    (_l("Changing the role"), "accounts.memberships accounts.choose_membership"),
    (_l("Taking up an invitation"), "accounts.invitation accounts.take_up"),
    (_l("One's own account"), "account.show account.password account.end_one account.end_others"),
    (_l("A forgotten password"), "reset.ask reset.forgotten reset.show reset.choose"),
    (
        _l("The people of a member"),
        "people.own_people people.member_people people.invite_person people.choose_owners people.withdraw_invitation "
        "people.end people.suspend people.restore people.end_sign_ins people.lost_factors",
    ),
    (_l("The list of members"), "people.all_members people.make_member"),
    (_l("Emergency access"), "glass.ask glass.begin glass.end"),
    (_l("The list of patients"), "patients.list_patients patients.search_patients"),
    (_l("Registering a patient"), "patients.new_patient patients.register"),
    (_l("The patient's page"), "patients.show_patient"),
    (_l("Correcting a patient's facts"), "patients.edit_patient patients.correct"),
    (_l("The history of a patient's facts"), "patient_records.history"),
    (_l("Writing down a death"), "patient_records.death patient_records.record_death patient_records.undo_death"),
    (
        _l("Merging two records"),
        "patient_records.find_other patient_records.search_other patient_records.compare patient_records.merge "
        "patient_records.ask_undo patient_records.undo",
    ),
    (
        _l("Moving a patient to another clinic"),
        "patient_moves.ask_move patient_moves.offer patient_moves.withdraw patient_moves.arriving "
        "patient_moves.show_arrival patient_moves.take patient_moves.turn_down",
    ),
    (
        _l("Who speaks for a patient, and what they keep private"),
        "patient_wishes.proxies patient_wishes.add_proxy patient_wishes.stop_proxy patient_wishes.keep",
    ),
    (
        _l("Whom a patient bars"),
        "patient_wishes.bars patient_wishes.bar_somebody patient_wishes.bar_listed patient_wishes.lift",
    ),
    (_l("A patient's phones"), "patients.patient_phones patients.add_patient_phone patients.retire"),
    (_l("Asking about texts"), "consents.texting consents.record_texting"),
    (
        _l("A patient's texts"),
        "conversation.show conversation.answer conversation.call conversation.pause_all conversation.let_go",
    ),
    (_l("Stopping texts"), "consents.stop_texts consents.record_stop"),
    (_l("Stopping to share"), "consents.stop_sharing consents.record_stop_sharing"),
    (
        _l("Screening for needs"),
        "screening.start_screening screening.answers_address screening.ask_questions screening.record_answers "
        "screening.show_screening",
    ),
    (
        _l("A screening on its way"),
        "started.show started.go_on started.hand_over started.text started.discard",
    ),
    (
        _l("The device in the patient's hands"),
        "tablet.show tablet.answer tablet.give_back tablet.take",
    ),
    (
        _l("The questions that a patient opens from a text"),
        "questions.arrive questions.exchange questions.show questions.year questions.answer questions.done",
    ),
    (_l("The sets of questions"), "instruments.index instruments.show instruments.paper"),
    (_l("A need"), "screening.new_need screening.voice screening.confirm_page screening.confirm"),
    (_l("Prescribing help"), "prescriptions.prescribe prescriptions.review_or_sign"),
    (_l("A prescription"), "prescriptions.show prescriptions.undo"),
    (_l("The slip on paper"), "prescriptions.slip papers.card"),
    (_l("The receipt of what is shared"), "papers.receipt"),
    (_l("A note for the record system"), "papers.note"),
    (_l("The clinician's own patients"), "clinician.home"),
    (_l("The clinic's usual services"), "favourites.index favourites.star favourites.unstar"),
    (
        _l("The patient's own page"),
        "plan_entry.show plan_entry.open_page plan.show plan.keep plan.close plan.closed plan.stop_sharing "
        "plan.stop_texts plan.call plan.choose_language plan.choose_word plan.rate plan.other_place "
        "plan.not_so plan.sure",
    ),
    (
        _l("Looking after the patient's own page"),
        "plan_keys.show plan_keys.printed plan_keys.renew plan_keys.set_word plan_keys.clear_word "
        "plan_keys.choose_need",
    ),
    (_l("The clocks of referrals"), "clock_policies.index clock_policies.make"),
    (_l("The queue of messages"), "queue.show"),
    (_l("The list of referrals"), "referrals.index"),
    (
        _l("A referral"),
        "referrals.show referrals.undo referrals.sign_again referrals.cancel referrals.withdraw referrals.mark_error "
        "referrals.find_other_places",
    ),
    (_l("Writing down an organization's answer"), "referrals.record_answer"),
    (_l("Writing down what happened"), "referrals.record_testimony"),
    (
        _l("The organization's inbox"),
        "inbox.inbox inbox.show inbox.accept inbox.decline inbox.waitlist inbox.start inbox.outcome inbox.details "
        "inbox.find inbox.tap inbox.assign inbox.appointment inbox.ask inbox.room several.answer",
    ),
    (_l("What an organization says about room"), "rooms.show rooms.say"),
    (_l("What an organization needs to know"), "asked_fields.index asked_fields.show asked_fields.declare"),
    (_l("What people read about an organization"), "listings.index listings.save listings.show listings.save_service"),
    (_l("An organization's files"), "request_files.show request_files.take request_files.look request_files.apply"),
    (_l("Writing to an organization"), "threads.write"),
    (_l("Closed days"), "closed_days.show closed_days.add closed_days.remove"),
    (
        _l("Texts to phones of an organization's staff"),
        "staff_phones.show staff_phones.add staff_phones.text_code staff_phones.confirm staff_phones.stop "
        "staff_phones.stop_colleague staff_phones.everywhere",
    ),
    (
        _l("The page that an organization opens from its e-mail"),
        "answering.show answering.answer answering.say answering.details answering.finished answering.ask_for_code "
        "answering.check_code answering.leave arriving.show arriving.exchange arriving.mail_fresh",
    ),
    (_l("The to-do list"), "navigation.list_to_dos"),
    (
        _l("A to-do"),
        "navigation.show navigation.take navigation.finish navigation.add_attempt navigation.record_told "
        "navigation.lose calling.answer calling.no_answer calling.plan calling.do_now calling.take_up",
    ),
    (_l("A household"), "households.show households.find households.put_in households.take_out"),
    (_l("The list of planned contacts"), "calling.planned"),
    (_l("Somebody's own week"), "calling.my_week"),
    (_l("Handing to-dos over"), "hand_over.choose hand_over.give"),
    (_l("Who is away"), "hand_over.away hand_over.note_away hand_over.end_away"),
    (_l("The directory"), "directory.search directory.show_service directory.printed"),
    (_l("The directory for programs"), "hsds.about hsds.openapi hsds.service hsds.services"),
    (_l("Reports"), "reports.overview"),
    (_l("Who looked at whom"), "privacy.latest_reads privacy_patients.reads"),
    (_l("Exports and lists"), "privacy.exports"),
    (_l("What was refused"), "privacy.denials"),
    (_l("The privacy officer's look-up"), "privacy_patients.find privacy_patients.look_up"),
    (_l("What was given to whom"), "privacy_patients.disclosures privacy_patients.printed"),
    (
        _l("The review of emergency access"),
        "privacy_emergency.index privacy_emergency.show privacy_emergency.judge privacy_emergency.end",
    ),
    (
        _l("The register of legal demands"),
        "privacy_demands.index privacy_demands.new privacy_demands.write_down privacy_demands.show "
        "privacy_demands.add_step",
    ),
    (_l("Taking a record along"), "records.index records.find records.show records.export records.make_export"),
    (_l("Erasing a record"), "records.erase records.erase_for_good"),
    (_l("Legal holds"), "holds.hold holds.place holds.confirm holds.ask_to_lift holds.lift holds.keep"),
    (
        _l("The simulator of the demo"),
        "simulator.home simulator.mailbox simulator.phone simulator.reply simulator.move_on simulator.staff_phone "
        "simulator.staff_reply",
    ),
    (_l("A text that came in"), "webhooks.inbound"),
    (_l("A text of an organization's staff that came in"), "webhooks.staff_inbound"),
    (_l("News about a text we sent"), "webhooks.status"),
    (_l("The start page"), "web.home"),
    (_l("No page of ours"), "web.healthz static -"),
)

#: Endpoint to words.
PLACES: Mapping[str, LazyString] = {endpoint: words for words, endpoints in _PAGES for endpoint in endpoints.split()}

#: What the product does by itself, or as an effect of what somebody did: the names of its jobs and of wider looks.
WORK: Mapping[str, LazyString] = {
    "account e-mail": _l("Mailing about an account"),
    "appointment given": _l("Reminding of an appointment"),
    "audit heads": _l("Keeping the audit safe"),
    "audit verify": _l("Checking the audit"),
    "clock": _l("The clock of the product"),
    "clocks": _l("The clocks of referrals"),
    "create-administrator": _l("Making the first administrator"),
    "demo": _l("The demo"),
    "demo clock": _l("The clock of the demo"),
    "demo directory": _l("The demo"),
    "directory export": _l("Exporting the directory"),
    "directory import": _l("Importing the directory"),
    "effects of a move": _l("What follows from a step of a referral"),
    "emergency access": _l("Emergency access"),
    "erasure": _l("Erasing a record"),
    "erasures": _l("Erasing a record"),
    "failed sign-ins of the clinic's people": _l("What was refused"),
    "heartbeat": _l("The worker"),
    "inbox filter": _l("Narrowing an organization's list"),
    "instruments import": _l("Importing sets of questions"),
    "instruments list": _l("Listing sets of questions"),
    "invitation": _l("Inviting somebody"),
    "keys rotate": _l("Changing the keys"),
    "keys status": _l("Looking after the keys"),
    "listing": _l("Finding who changed a listing"),
    "limits": _l("Counting against too many tries"),
    "link sessions": _l("Clearing links that are over"),
    "mail allowances": _l("Counting against too many e-mails"),
    "mend-factors": _l("Mending the last administrator's sign-in"),
    "message queued": _l("Preparing a message"),
    "message taken back": _l("Taking a message back"),
    "contact ended": _l("Ending what would reach a patient who died"),
    "move between clinics": _l("Moving a patient to another clinic"),
    "somebody barred": _l("Giving to-dos to somebody else"),
    "numbers of clinics": _l("Numbers for the network"),
    "odds of services": _l("Counting what came of earlier referrals"),
    "offers": _l("Offering help again"),
    "organization told": _l("Writing to an organization"),
    "fetch texts": _l("Fetching texts that did not reach us"),
    "outbox claim": _l("Sending messages"),
    "outbox command": _l("Looking after messages on the server"),
    "outbox give back": _l("Sending messages"),
    "outbox look": _l("Asking the provider about messages"),
    "outbox record": _l("Sending messages"),
    "outbox submit": _l("Sending messages"),
    "outbox sweep": _l("Sending messages"),
    "password resets": _l("A forgotten password"),
    "plan page": _l("The patient's own page"),
    "questions": _l("Asking the patient by text"),
    "queue health": _l("Counting what waits to be sent"),
    "restore watch": _l("Looking whether the database was restored"),
    "late answer": _l("Writing down an answer that came late"),
    "other place chosen": _l("Choosing another place"),
    "room at services": _l("Finding which services have room"),
    "referral moved": _l("What follows from a step of a referral"),
    "replay erasures": _l("Erasing again after a backup was restored"),
    "report": _l("Counting for a report"),
    "absences": _l("Letting deputies stand in for whoever is away"),
    "contact plans": _l("Bringing back what was planned"),
    "overtaken": _l("Finishing to-dos that are needless now"),
    "neighbourhood": _l("Finding who lives in a neighbourhood"),
    "standing in": _l("Letting deputies stand in for whoever is away"),
    "phone of two people": _l("Looking who else has this number"),
    "staff told": _l("Writing to an organization"),
    "who is suspended": _l("Letting deputies stand in for whoever is away"),
    "watching": _l("Looking for requests that nobody looks after"),
    "who leaves": _l("Looking what somebody who leaves would leave behind"),
    "retention": _l("Removing what was kept long enough"),
    "screening link": _l("The questions that a patient opens from a text"),
    "seal": _l("Keeping the audit safe"),
    "second factor": _l("The second proof of who somebody is"),
    "send": _l("Sending messages"),
    "sign-in": _l("Signing in"),
    "sign-in tries": _l("Counting against too many tries"),
    "simulator": _l("The simulator of the demo"),
    "suspension": _l("Suspending somebody"),
    "tablet": _l("The device in the patient's hands"),
    "tablet or link": _l("The device in the patient's hands"),
    "safety concern": _l("Looking whether a safety concern stands"),
    "testimony": _l("Writing down what happened"),
    "texts stopped": _l("Stopping texts"),
    "texts to a phone counted": _l("Counting the texts to a phone"),
    "to-do": _l("Making a to-do"),
    "vacuum": _l("Clearing the database's files"),
    "webhook": _l("A text that came in, or news about one we sent"),
    "what may be shown": _l("Finding what may be shown"),
}

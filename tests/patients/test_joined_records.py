"""Two records are joined, and one bars an organization: what ends is shown before, told truly, and named afterwards."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.patients.consent_models import SharingConsent
from referral.patients.consents import sharing_consents_of
from referral.patients.double_requests import double_requests
from referral.patients.joining import what_bars_end, what_ended
from referral.patients.keeping_private import keep_private
from referral.patients.merging import merge_records, undo_merge
from referral.patients.models import Patient
from referral.patients.proxies import NewProxy, record_proxy
from referral.patients.states import ConsentMethod, ProxyRelation, Reach
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import BARRED_ELSEWHERE, ReferralState
from referral.todos.models import ToDo
from resources_directory.models.organization import Organization
from resources_directory.needs import NeedDomain
from tests.patients.test_consent_views import hidden
from tests.patients.test_merging import Pair, _bar
from tests.patients.test_merging import midday as midday
from tests.patients.test_merging import pair as pair


class Barred:
    """The kept record bars a pantry that the merged one shares with, and has asked."""

    def __init__(self, pair: Pair, state: ReferralState | None) -> None:
        self.pair, self.session, self.town = pair, pair.session, pair.town
        self.pantry = self.town.organization(name="Pantry of the East")
        self.consent = self.town.sharing_consent(pair.merged, self.pantry.id)
        self.referral = self._asked(state) if state else None
        _bar(pair, pair.kept, self.pantry)

    def _asked(self, state: ReferralState) -> Referral:
        service = self.town.service(self.pantry)
        return self.town.referral(
            self.town.need(self.pair.merged), service, state=state, sharing_consent_id=self.consent.id
        )

    @property
    def newest(self) -> SharingConsent:
        (newest,) = sharing_consents_of(self.session, self.pair.merged.id)
        return newest

    def to_dos(self) -> list[ToDo]:
        mine = select(ToDo).where(ToDo.dedupe_key.startswith("taken_apart:"), ToDo.done_at.is_(None))
        return list(self.session.scalars(mine))


@pytest.fixture
def asked(pair: Pair) -> Barred:
    return Barred(pair, ReferralState.SENT)


@pytest.fixture
def only_agreed(pair: Pair) -> Barred:
    return Barred(pair, None)


def test_the_history_tells_the_true_cause_and_who_did_it(asked: Barred) -> None:
    asked.pair.merge()

    assert asked.referral is not None
    assert asked.referral.state == ReferralState.CANCELLED
    moves = asked.session.scalars(select(ReferralMove).where(ReferralMove.referral_id == asked.referral.id)).all()
    (move,) = moves
    assert (move.event, move.reason, move.actor_name) == ("cancel", BARRED_ELSEWHERE, "Nina Nurse")
    assert asked.newest.method == ConsentMethod.BY_JOINING_RECORDS
    assert (asked.newest.given, asked.newest.in_whose_name, asked.newest.taken_by) == (
        False, "clinic", asked.pair.nurse.id,
    )  # fmt: skip


def test_no_page_says_that_the_patient_withdrew_it(browser: FlaskClient, asked: Barred) -> None:
    asked.pair.merge()
    asked.town.commit()

    assert asked.referral is not None
    pages = [browser.get(f"/patients/{asked.pair.kept.id}").text, browser.get(f"/referrals/{asked.referral.id}").text]

    assert "Not by the patient: two records were joined or taken apart" in pages[0]
    assert "Ended by joining two records: the other record bars this organization." in pages[1]
    assert "Nina Nurse" in pages[1]
    assert [page for page in pages if "The patient withdrew" in page] == []


def test_the_page_that_compares_shows_wishes_of_both_and_what_ends(browser: FlaskClient, asked: Barred) -> None:
    reach = {NeedDomain.FOOD: Reach.SEE}
    record_proxy(
        asked.session, asked.pair.merged, NewProxy("Ana Molina", ProxyRelation.CAREGIVER, reach), by=asked.pair.nurse.id
    )
    keep_private(asked.session, asked.pair.kept, [NeedDomain.HOUSING], by=asked.pair.nurse.id)
    asked.town.commit()

    page = browser.get(f"/patients/{asked.pair.kept.id}/merge/{asked.pair.merged.id}").text

    shown = (
        "Ana Molina (A caregiver)",
        "Is never asked for this patient.",
        "What the patient keeps to themselves",
        "This ends with the merge",
        "The request to",
        "The permission to share with Pantry of the East",
    )
    for words in shown:
        assert words in page


def test_what_the_page_did_not_show_does_not_end(browser: FlaskClient, pair: Pair) -> None:
    pantry = pair.town.organization(name="Pantry of the East")
    pair.town.sharing_consent(pair.merged, pantry.id)
    pair.town.commit()
    address = f"/patients/{pair.kept.id}/merge/{pair.merged.id}"
    form = {"why": "Same phone.", "form_id": str(uuid4()), "ends_seen": hidden(browser.get(address).text, "ends_seen")}
    _bar(pair, pair.kept, pantry)
    pair.town.commit()

    refused = browser.post(address, data=form)
    again = browser.post(address, data=form | {"ends_seen": hidden(refused.text, "ends_seen")})

    assert refused.status_code == 409
    assert "What ends with the merge has changed meanwhile" in refused.text
    assert "The permission to share with Pantry of the East" in refused.text
    assert again.status_code == 303


def test_nothing_ends_for_a_record_that_shares_with_nobody_who_is_barred(pair: Pair) -> None:
    pair.town.sharing_consent(pair.merged, pair.town.organization().id)
    _bar(pair, pair.kept, pair.town.organization())

    assert what_bars_end(pair.session, pair.kept.id, pair.merged.id) == []


def test_what_was_asked_does_not_come_back_and_is_a_to_do_by_name(asked: Barred) -> None:
    merge = asked.pair.merge()
    shown = what_ended(asked.session, merge)

    undo_merge(asked.session, merge, by=asked.pair.nurse.id)

    assert [each.comes_back for each in shown] == [False, False]
    assert asked.newest.given is False
    (to_do,) = asked.to_dos()
    assert to_do.patient_id == asked.pair.merged.id
    assert "Pantry of the East" in (to_do.note or "")
    assert all(each.what in (to_do.note or "") for each in shown)


def test_a_permission_of_which_nothing_came_comes_back(only_agreed: Barred) -> None:
    merge = only_agreed.pair.merge()

    undo_merge(only_agreed.session, merge, by=only_agreed.pair.nurse.id)
    undo_merge(only_agreed.session, merge, by=only_agreed.pair.nurse.id)

    assert (only_agreed.newest.given, only_agreed.newest.fields) == (True, only_agreed.consent.fields)
    assert only_agreed.newest.words == "I agree."
    assert only_agreed.to_dos() == []


def test_a_permission_that_was_for_a_request_nobody_heard_of_comes_back_and_the_request_is_a_to_do(pair: Pair) -> None:
    held = Barred(pair, ReferralState.HELD)
    merge = pair.merge()

    undo_merge(pair.session, merge, by=pair.nurse.id)

    assert held.newest.given is True
    (to_do,) = held.to_dos()
    assert "The permission" not in (to_do.note or "")


@pytest.mark.parametrize("since", ["asked anew", "barred themselves"])
def test_a_permission_does_not_come_back_over_what_was_said_since(only_agreed: Barred, since: str) -> None:
    merge, pair = only_agreed.pair.merge(), only_agreed.pair
    if since == "barred themselves":
        _bar(pair, pair.merged, only_agreed.pantry)
    else:
        taken_back = pair.town.sharing_consent(pair.merged, only_agreed.pantry.id)
        taken_back.given = False
        pair.session.flush()

    undo_merge(pair.session, merge, by=pair.nurse.id)

    assert only_agreed.newest.given is False
    assert len(only_agreed.to_dos()) == 1


def test_taking_apart_says_before_and_after_what_does_not_come_back(browser: FlaskClient, asked: Barred) -> None:
    merge = asked.pair.merge()
    asked.town.commit()
    address = f"/patients/{asked.pair.kept.id}/merges/{merge.id}/undo"

    page = browser.get(address).text
    after = browser.post(address, follow_redirects=True).text

    assert "What does not come back" in page
    assert "The permission to share with Pantry of the East" in page
    assert "What did not come back is now a to-do" in after
    assert "each as it was" not in after


def test_a_double_that_ended_is_named_too(pair: Pair) -> None:
    for record in (pair.kept, pair.merged):
        _request(pair, record, pair.town.organization(name=f"Pantry of {record.given_name}"))
    (rows,) = double_requests(pair.session, pair.kept.id, pair.merged.id).values()
    stays = next(row.id for row in rows if row.patient_id == pair.kept.id)
    merge = merge_records(pair.session, pair.kept.id, pair.merged.id, why=None, by=pair.nurse.id, going_on={stays})

    (ended,) = what_ended(pair.session, merge)

    assert (ended.patient_id, ended.comes_back) == (pair.merged.id, False)


def _request(pair: Pair, record: Patient, organization: Organization) -> Referral:
    return pair.town.referral(pair.town.need(record), pair.town.service(organization))

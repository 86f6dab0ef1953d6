"""The same form sent twice at the same moment is one prescription, on both databases."""

import threading

from flask import Flask
from sqlalchemy import func, select

from referral.kit.transaction import Database
from referral.prescriptions.actions import Signer, sign_prescription
from referral.referrals.models import Referral
from tests.prescriptions.conftest import MakeOrder
from tests.referrals.conftest import Place


def test_two_presses_at_once_give_one_prescription(
    app: Flask, database: Database, place: Place, order: MakeOrder, signer: Signer
):
    same = order()
    place.town.commit()
    barrier, given = threading.Barrier(2), []

    def press() -> None:
        barrier.wait(10)
        with app.app_context(), database.job("press") as session:
            given.append(sign_prescription(session, same, by=signer).id)

    threads = [threading.Thread(target=press) for _press in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert given == [same.form_id, same.form_id]
    assert place.town.session.scalar(select(func.count()).select_from(Referral)) == 1

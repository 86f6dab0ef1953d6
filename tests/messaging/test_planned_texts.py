"""A text that never went out is no text: its line in the conversation says so, and is drawn as no bubble."""

import pytest
from flask import Flask, render_template

from referral.kit import clock
from referral.messaging.conversation import sent_line
from referral.messaging.thread import Entry
from referral.outbox.models import Message
from referral.outbox.states import MessageState


@pytest.mark.parametrize("state", [MessageState.SUPPRESSED, MessageState.CANCELED, MessageState.EXPIRED])
def test_a_text_that_did_not_go_out_is_said_to_have_been_planned(app: Flask, state: MessageState) -> None:
    with app.test_request_context():
        line = sent_line(Message(state=state, created_at=clock.now(), provider="simulated"))
        drawn = render_template("messaging/conversation_entry.html", entry=Entry(line, "ltr"))

    assert line.text == "A text was planned here. None went out."
    assert 'class="bubble"' not in drawn

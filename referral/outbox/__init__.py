"""The outbox: messages queued with their cause, claimed, sent, and never lost."""

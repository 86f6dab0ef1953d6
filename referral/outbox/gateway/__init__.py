"""The ways out: Twilio for texts, SMTP for e-mail, and the simulator, which sends nothing."""

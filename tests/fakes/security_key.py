"""A security key in software: makes a key pair for a site and signs what the site asks (WebAuthn). Only for tests."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40


def text_of(raw: bytes) -> str:
    """Return bytes as the browser writes them: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SecurityKey:
    """One key with one pair for one site. `origin` and `host`: what the browser tells it; `count`: signatures made."""

    origin: str = "http://localhost"
    host: str = "localhost"
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    pair: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, options: dict[str, Any]) -> str:
        """Return the answer to the options of making a key known (attestation "none"), as JSON."""
        self.count += 1
        numbers = self.pair.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(public)
        attested = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._facts(PRESENT | VERIFIED | HAS_CREDENTIAL) + credential,
        }
        return self._answer(
            clientDataJSON=self._told("webauthn.create", options), attestationObject=cbor2.dumps(attested)
        )

    def signed(self, options: dict[str, Any]) -> str:
        """Return the answer to the options of proving, as JSON."""
        self.count += 1
        told, facts = self._told("webauthn.get", options), self._facts(PRESENT | VERIFIED)
        signature = self.pair.sign(facts + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=told, authenticatorData=facts, signature=signature)

    def _told(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _facts(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, **parts: bytes) -> str:
        name = text_of(self.credential_id)
        response = {part: text_of(raw) for part, raw in parts.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

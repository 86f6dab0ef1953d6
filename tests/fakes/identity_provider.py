"""An OpenID Connect provider on this machine: real HTTP, real keys, and it misbehaves on demand."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

Claims = dict[str, Any]

CLIENT_ID = "needsrx"
CLIENT_SECRET = "a secret of the tests"


@cache
def rsa_key(_number: int) -> RSAKey:
    """Return a key named "first"; each number has its own, made once."""
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


def unsigned(claims: Claims, algorithm: str = "none") -> str:
    """Return a token with no signature at all."""
    parts = ({"alg": algorithm, "typ": "JWT"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return f"{encoded[0]}.{encoded[1]}."


@dataclass
class Login:
    """What the provider keeps of a browser between the two steps."""

    nonce: str
    challenge: str
    back: str


@dataclass
class IdentityProvider:
    """The provider. Who signs in there is `subject`; what the token says is `claims`, and how it is made is `mint`."""

    subject: str = "subject-1"
    #: Changes the claims of the next tokens.
    twist: Callable[[Claims], Claims] = field(default=lambda claims: claims)
    #: Makes the token in place of the honest way.
    mint: Callable[["IdentityProvider", Claims], str] | None = None
    #: Path to what is sent in place of the honest answer: (status, headers, body).
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    discovery: Claims = field(default_factory=dict)
    secret_in_form: bool = True
    #: Providers with different numbers have different keys of the same name.
    key_number: int = 0
    #: Every request: (method, path).
    asked: list[tuple[str, str]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = rsa_key(self.key_number)
        self.curve = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})
        self.logins: dict[str, Login] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def authorize(self, address: str) -> str:
        """Be the browser at the provider: sign in there; return the path and query that it is sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (query["client_id"], query["response_type"], query["scope"]) == (CLIENT_ID, "code", "openid")
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.logins)}"
        self.logins[code] = Login(query["nonce"], query["code_challenge"], query["redirect_uri"])
        back = urlsplit(query["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': query['state']})}"

    def honest_claims(self, nonce: str) -> Claims:
        """Return what an honest token says."""
        now = int(time.time())
        times = {"iat": now, "exp": now + 300}
        return {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "nonce": nonce} | times

    def sign(self, claims: Claims, *, key: Any = None, algorithm: str = "RS256", **header: Any) -> str:
        """Return a token signed with the provider's key, or another one."""
        key = key or (self.curve if algorithm == "ES256" else self.key)
        return jwt.encode({"alg": algorithm, "kid": key.kid or "first"} | header, claims, key, algorithms=[algorithm])

    def keys(self) -> Claims:
        """Return the key set."""
        return KeySet([self.key, self.curve]).as_dict(private=False)  # type: ignore[return-value]  # a dict of dicts

    def sign_with_public_key(self, claims: Claims) -> str:
        """Return a token signed with the public key taken for a shared secret, as a forger would."""
        text = unsigned(claims, "HS256").rstrip(".")
        signature = hmac.digest(self.key.as_pem(private=False), text.encode(), hashlib.sha256)
        return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    def _token(self, form: dict[str, str], authorization: str | None) -> Claims | None:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        proven = form.get("client_secret") == CLIENT_SECRET or authorization == f"Basic {basic}"
        login = self.logins.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if not proven or login is None or login.challenge != challenge or login.back != form.get("redirect_uri"):
            return None
        claims = self.twist(self.honest_claims(login.nonce))
        token = self.mint(self, claims) if self.mint else self.sign(claims)
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}

    def _told(self) -> Claims:
        ways = ["client_secret_post"] if self.secret_in_form else ["client_secret_basic"]
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ways,
        } | self.discovery

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/authorize?"):
                    self._send_back()
                    return
                self._answer({"/.well-known/openid-configuration": provider._told, "/keys": provider.keys}, 404)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                provider.forms.append(form)
                self._answer({"/token": lambda: provider._token(form, self.headers.get("Authorization"))}, 400)

            def _send_back(self) -> None:
                login = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
                home = urlsplit(login)
                self.send_response(302)
                self.send_header("Location", f"{home.scheme}://{home.netloc}{provider.authorize(self.path)}")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _answer(self, places: dict[str, Callable[[], Claims | None]], otherwise: int) -> None:
                provider.asked.append((self.command, self.path))
                if self.path in provider.answers:
                    status, headers, body = provider.answers[self.path]
                else:
                    told = places[self.path]() if self.path in places else None
                    status, headers, body = (200 if told else otherwise), {}, json.dumps(told).encode()
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    return

            def log_message(self, *_given: object) -> None:
                pass

        return Answers

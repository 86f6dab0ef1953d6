"""OpenID Connect with one provider: discovery, the address to send a browser to, a code turned into a proven identity.

Authorization code with PKCE (RFC 7636), state and nonce; OpenID Connect Core 1.0, sections 3.1.2, 3.1.3.7; Discovery
1.0. Nothing is kept between two sign-ins: keys that a provider withdrew are dead at once. Loaded when first needed,
because Authlib takes a tenth of a second to load and most installations never use it.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from referral.accounts.sign_on_states import SignOnFailed, SignOnFailure
from referral.kit import clock
from referral.kit.outbound import Answer, Outbound, OutboundRefused

#: Signatures that count. Not `none`, and not HS256, for which a public key could be taken as the shared secret.
ALGORITHMS = ["RS256", "ES256"]
SHORTEST_RSA = 2048

#: A token is used the moment it is issued; clocks differ a little.
OLDEST_TOKEN_S = 600
LEEWAY_S = 60
LONGEST_SUBJECT = 255

DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Client:
    """What we are called at the provider. `back`: the address that browsers come back to."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    back: str


@dataclass(frozen=True)
class StepSecrets:
    """What binds an answer to the browser that asked; all made of the one secret in its cookie."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Endpoints:
    """Where a provider's parts lie."""

    authorization: str
    token: str
    keys: str
    #: It takes the client's secret in the form that is sent.
    secret_in_form: bool


def step_secrets(secret: str) -> StepSecrets:
    """Return state, nonce and verifier of a sign-on; none tells the secret or another one."""

    def derived(use: str) -> str:
        return (
            urlsafe_b64encode(hashlib.sha256(f"needsrx sign-on {use}:{secret}".encode()).digest()).decode().rstrip("=")
        )

    return StepSecrets(derived("state"), derived("nonce"), derived("verifier"))


def discover(way_out: Outbound, issuer: str) -> Endpoints:
    """Return where the provider's parts lie, by its own word. Raises SignOnFailed."""
    told = _json(_asked(lambda: way_out.get(issuer.rstrip("/") + DISCOVERY)))
    places = [told.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if told.get("issuer") != issuer or not all(isinstance(place, str) for place in places):
        raise SignOnFailed(SignOnFailure.PROVIDER_CONFUSED)
    for place in places:
        _shaped(way_out, str(place))
    ways = told.get("token_endpoint_auth_methods_supported")
    secret_in_form = isinstance(ways, list) and "client_secret_post" in ways
    authorization, token, keys = (str(place) for place in places)
    return Endpoints(authorization, token, keys, secret_in_form)


def authorization_address(endpoints: Endpoints, client: Client, step: StepSecrets) -> str:
    """Return the address at the provider to which the browser goes."""
    address: str = prepare_grant_uri(
        endpoints.authorization,
        client_id=client.client_id,
        response_type="code",
        redirect_uri=client.back,
        scope="openid",  # neither name nor e-mail address is asked for
        state=step.state,
        nonce=step.nonce,
        code_challenge=create_s256_code_challenge(step.verifier),
        code_challenge_method="S256",
    )
    return address


def proven_claims(way_out: Outbound, endpoints: Endpoints, client: Client, step: StepSecrets, code: str) -> CodeIDToken:
    """Return the claims of the ID token that the code is exchanged for, everything checked. Raises SignOnFailed."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.back,
        "code_verifier": step.verifier,
    }
    headers: dict[str, str] = {}
    if endpoints.secret_in_form:
        form |= {"client_id": client.client_id, "client_secret": client.client_secret}
    else:
        ClientAuth(client.client_id, client.client_secret).prepare("POST", endpoints.token, headers, "")
    told = _json(_asked(lambda: way_out.post(endpoints.token, form, headers=headers)))
    token, access_token = told.get("id_token"), told.get("access_token")
    if not isinstance(token, str):
        raise SignOnFailed(SignOnFailure.TOKEN_REFUSED)
    keys = _json(_asked(lambda: way_out.get(endpoints.keys)))
    return checked_claims(token, keys, client, step.nonce, access_token=access_token)


def checked_claims(
    token: str, keys: Mapping[str, Any], client: Client, nonce: str, *, access_token: object = None
) -> CodeIDToken:
    """Return the claims of an ID token whose signature, issuer, audience, times and nonce are right.

    `keys`: the provider's JSON Web Key Set. Raises SignOnFailed.
    """
    now = int(clock.wall().timestamp())
    required = {"iss": client.issuer, "aud": client.client_id, "nonce": nonce}
    options: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in required.items()}
    options |= {name: {"essential": True} for name in ("sub", "exp", "iat")}
    params = {"nonce": nonce, "client_id": client.client_id, "access_token": access_token}
    try:
        read = jwt.decode(token, _signing_keys(keys), algorithms=ALGORITHMS)
        claims = CodeIDToken(read.claims, read.header, options, params)
        claims.validate(now, LEEWAY_S)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:  # whatever is not what it should be
        raise SignOnFailed(SignOnFailure.TOKEN_REFUSED) from error
    subject, issued = claims["sub"], claims["iat"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or issued < now - OLDEST_TOKEN_S:
        raise SignOnFailed(SignOnFailure.TOKEN_REFUSED)
    return claims


def second_factor_given(claims: Mapping[str, Any], factor_values: frozenset[str]) -> bool:
    """Return True if `amr` or `acr` holds a value that the member's administrator counts as a second factor."""
    methods = claims.get("amr")
    given = [claims.get("acr"), *(methods if isinstance(methods, list) else [])]
    return any(isinstance(value, str) and value in factor_values for value in given)


def _signing_keys(told: Mapping[str, Any]) -> KeySet:
    """Return the provider's keys for signatures. Symmetric, short and foreign ones are left out."""
    found: list[Key] = []
    for each in told["keys"]:
        if each.get("use", "sig") != "sig":
            continue
        if each.get("kty") == "RSA":
            key = RSAKey.import_key(each)
            if key.public_key.key_size >= SHORTEST_RSA:
                found.append(key)
        elif each.get("kty") == "EC" and each.get("crv") == "P-256":
            found.append(ECKey.import_key(each))
    return KeySet(found)


def _asked(ask: Any) -> Answer:
    try:
        answer: Answer = ask()
    except OutboundRefused as error:
        raise SignOnFailed(SignOnFailure.PROVIDER_AWAY) from error
    return answer


def _shaped(way_out: Outbound, address: str) -> None:
    try:
        way_out.check_shape(address)
    except OutboundRefused as error:
        raise SignOnFailed(SignOnFailure.PROVIDER_CONFUSED) from error


def _json(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.body) if answer.status == 200 else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise SignOnFailed(SignOnFailure.PROVIDER_CONFUSED)
    return told

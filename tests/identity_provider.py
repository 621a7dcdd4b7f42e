"""A small OpenID Connect provider over real HTTP on this machine: discovery, sign-in, tokens, user info."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT_ID, CLIENT_SECRET = "dailies", "a-secret-of-the-provider"


@dataclass
class Provider:
    """What it says of whoever signs in there, and what it was asked."""

    url: str
    claims: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    audience: str = CLIENT_ID
    codes: set[str] = field(default_factory=set)

    def discovery(self) -> dict[str, Any]:
        """Return what it tells of itself."""
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()}
        methods = ["client_secret_post"]
        return found | {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": methods,
        }

    def token(self) -> dict[str, Any]:
        """Return a signed word about who signed in."""
        now = int(time.time())
        body = self.claims | {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + 60}
        signed = jwt.encode(body, KEY, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "access", "token_type": "Bearer", "id_token": signed}


@contextmanager
def running(**claims: Any) -> Iterator[Provider]:
    """Run one until the block ends. It signs everybody in at once, as whom the claims say."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    provider = Provider(f"http://127.0.0.1:{server.server_port}", claims)
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        provider.asked.append(parts.path)
        if parts.path == "/authorize":
            self._sign_in(provider, {name: values[0] for name, values in parse_qs(parts.query).items()})
        elif parts.path == "/userinfo":
            self._say(provider.claims)
        elif parts.path == "/keys":
            self._say({"keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))]})
        else:
            self._say(provider.discovery())

    def do_POST(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        code = said["code"][0]
        is_right = (
            code in provider.codes and said["client_secret"] == [CLIENT_SECRET] and "code_verifier" in said
        )
        provider.codes.discard(code)
        self._say(provider.token() if is_right else {"error": "invalid_grant"}, 200 if is_right else 400)

    def _sign_in(self, provider: Provider, asked: dict[str, str]) -> None:
        code = secrets.token_urlsafe(8)
        provider.codes.add(code)
        self.send_response(302)
        self.send_header(
            "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )
        self.end_headers()

    def _say(self, words: dict[str, Any], status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(words).encode())

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""

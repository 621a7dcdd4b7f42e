"""Certificates are checked for the name, though the socket goes to an address."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.videojobs.media.hosts import Answer, FileHost, running_host
from videojobs.media.errors import Temporary
from videojobs.media.fetch import Fetched, fetch

OPENSSL = shutil.which("openssl") or ""

pytestmark = pytest.mark.skipif(not OPENSSL, reason="needs the openssl command to make a certificate")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a PEM file with a key and a certificate for clips.example alone, signed by itself."""
    pem = tmp_path_factory.mktemp("tls") / "clips.pem"
    request = [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    name = ["-subj", "/CN=clips.example", "-addext", "subjectAltName=DNS:clips.example"]
    subprocess.run([*request, *name, "-keyout", pem, "-out", f"{pem}.crt"], check=True, capture_output=True)
    pem.write_bytes(pem.read_bytes() + Path(f"{pem}.crt").read_bytes())
    return pem


@pytest.fixture
def names_asked() -> list[str | None]:
    """Collect the names that clients ask for while shaking hands."""
    return []


@pytest.fixture
def secure_host(certificate: Path, names_asked: list[str | None]) -> Iterator[FileHost]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    tls.sni_callback = lambda _socket, name, _context: names_asked.append(name)
    with running_host(tls) as host:
        host.answers["/clip"] = Answer(b"clip")
        yield host


def download(host: FileHost, name: str, destination: Path, trusted: Path | None) -> Fetched:
    """Fetch /clip from the host under a name that resolves to it."""
    origin = host.named(name)
    return fetch(
        f"{origin}/clip",
        destination,
        provider_origin=origin,
        max_bytes=1000,
        resolve=lambda *_: ["127.0.0.1"],
        tls=ssl.create_default_context(cafile=trusted) if trusted else None,
    )


def test_a_certificate_for_the_name_is_accepted(
    secure_host: FileHost, certificate: Path, destination: Path, names_asked: list[str | None]
) -> None:
    assert download(secure_host, "clips.example", destination, certificate).bytes == 4
    assert names_asked == ["clips.example"]
    assert secure_host.asked[0][1]["Host"] == f"clips.example:{secure_host.port}"


@pytest.mark.parametrize("name", ["other.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    secure_host: FileHost, certificate: Path, destination: Path, name: str
) -> None:
    with pytest.raises(Temporary, match="certificate"):
        download(secure_host, name, destination, certificate)
    assert not secure_host.asked


def test_a_certificate_nobody_vouches_for_is_refused(secure_host: FileHost, destination: Path) -> None:
    with pytest.raises(Temporary, match="certificate"):
        download(secure_host, "clips.example", destination, None)
    assert not secure_host.asked

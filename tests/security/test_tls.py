"""The real program behind a certificate made here, and what it says of files that do not do."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser
from websockets.sync.client import connect

from gate.app.clock import SystemClock
from gate.settings.config import WebConfig
from gate.web.certificates import certificate_faults, run_out
from tests.gate.console.browsing import log_in
from tests.system.site import PASSWORD, RunningGate, lone_gate, one_lane, wait_for


def write(folder: Path, name: str, *, days: int = 3650) -> tuple[Path, Path]:
    """Make a certificate of localhost, valid from now on, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = SystemClock().now().utc - timedelta(days=2)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


def faults(certificate: Path, key: Path) -> list[tuple[str, str]]:
    web = WebConfig(tls_certificate=certificate, tls_key=key)
    return [(fault.key, fault.what) for fault in certificate_faults(web)]


def test_files_that_belong_together_do(tmp_path: Path) -> None:
    assert faults(*write(tmp_path, "good")) == []
    assert list(certificate_faults(WebConfig())) == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    certificate, key = write(tmp_path, "good")
    assert [name for name, _ in faults(certificate, tmp_path / "no.key")] == ["web.tls_key"]
    ((name, why),) = faults(tmp_path / "no.pem", key)
    assert name == "web.tls_certificate"
    assert "no.pem does not exist" in why


def test_an_unreadable_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    certificate, _ = write(tmp_path, "good")
    ((name, why),) = faults(
        certificate, tmp_path
    )  # A folder: unreadable for every user, also root.
    assert name == "web.tls_key"
    assert "chmod" in why


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    certificate, _ = write(tmp_path, "one")
    _, key = write(tmp_path, "two")
    ((name, why),) = faults(certificate, key)
    assert name == "web.tls_key"
    assert "is not the key of" in why


@pytest.mark.parametrize("swap", [True, False])
def test_files_of_another_kind_are_refused(tmp_path: Path, swap: bool) -> None:
    certificate, key = write(tmp_path, "good")
    if swap:
        found = faults(key, certificate)
        assert [name for name, _ in found] == ["web.tls_certificate", "web.tls_key"]
    else:
        key.write_text("-----BEGIN PRIVATE KEY-----\nbroken\n-----END PRIVATE KEY-----\n")
        assert "damaged" in faults(certificate, key)[0][1]


def test_a_certificate_that_ran_out_is_told_and_used(tmp_path: Path) -> None:
    certificate, key = write(tmp_path, "old", days=1)
    assert faults(certificate, key) == []
    web = WebConfig(tls_certificate=certificate, tls_key=key)
    assert run_out(web, SystemClock().now().utc) is not None
    assert run_out(web, SystemClock().now().utc - timedelta(days=2)) is None


# --- the real program -----------------------------------------------------------------------------


def web(certificate: Path, key: Path) -> str:
    return f"tls_certificate: {certificate}, tls_key: {key}"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningGate, Path]]:
    """`gate run` with a certificate, and a guard who may log in."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = write(folder, "good")
    with lone_gate(folder, "boss", "admin", web=web(certificate, key)) as gate:
        yield gate, certificate


@contextmanager
def trusting(secured: tuple[RunningGate, Path]) -> Iterator[httpx.Client]:
    """A client that trusts the certificate, once the program answers."""
    gate, certificate = secured
    trust = ssl.create_default_context(cafile=str(certificate))
    address = f"https://localhost:{gate.port}"
    with httpx.Client(base_url=address, verify=trust, timeout=60) as client:

        def up() -> bool:
            assert gate.child.poll() is None, gate.said()
            try:
                return client.get("/healthz").status_code == 200
            except httpx.TransportError:
                return False

        wait_for(up, 120, "https", gate.said)
        yield client


@pytest.mark.system
@pytest.mark.timeout(300)
def test_the_program_serves_https_with_secure_cookies_and_says_so_for_a_year(
    secured: tuple[RunningGate, Path],
) -> None:
    with trusting(secured) as client:
        answer = client.post("/login", data={"name": "boss", "password": PASSWORD})
        assert answer.status_code == 303
        cookie = answer.headers["Set-Cookie"]
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        page = client.get("/account")
        assert page.status_code == 200
        assert "Strict-Transport-Security" in page.headers
    assert f"https://127.0.0.1:{secured[0].port}/" in secured[0].said()


@pytest.mark.system
@pytest.mark.timeout(300)
def test_the_pages_socket_is_encrypted_too_and_needs_the_log_in(
    secured: tuple[RunningGate, Path],
) -> None:
    with trusting(secured) as client:
        client.post("/login", data={"name": "boss", "password": PASSWORD})
        token, port = client.cookies["gate_session"], secured[0].port
    trust = ssl.create_default_context(cafile=str(secured[1]))
    address = f"wss://localhost:{port}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"

    def answer(origin: str, **headers: str) -> str:
        """What the server says to a page that asks for its socket."""
        with connect(address, ssl=trust, origin=origin, additional_headers=headers) as socket:
            assert str(socket.recv(timeout=60)).startswith("0{")
            socket.send("40")
            return str(socket.recv(timeout=60))

    own, cookie = f"https://localhost:{port}", {"Cookie": f"gate_session={token}"}
    assert answer(own, **cookie).startswith("40{")
    assert answer(own).startswith("44")
    assert answer("https://elsewhere.example", **cookie).startswith("44")


@pytest.mark.system
@pytest.mark.timeout(300)
def test_a_real_browser_keeps_its_socket_under_the_content_policy(
    browser: Browser, secured: tuple[RunningGate, Path]
) -> None:
    with trusting(secured):
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        log_in(page, f"https://localhost:{secured[0].port}", "boss")
        assert page.evaluate("window.socket.io.engine.transport.name") == "websocket"
        context.close()


@pytest.mark.system
@pytest.mark.timeout(300)
def test_who_speaks_plainly_gets_nothing(secured: tuple[RunningGate, Path]) -> None:
    with trusting(secured), pytest.raises(httpx.TransportError):
        httpx.get(f"http://localhost:{secured[0].port}/healthz", timeout=60)


@pytest.mark.system
@pytest.mark.timeout(300)
def test_the_program_does_not_start_with_a_key_of_another_certificate(tmp_path: Path) -> None:
    certificate, _ = write(tmp_path, "one")
    _, key = write(tmp_path, "two")
    config, _ = one_lane(tmp_path, web=web(certificate, key))
    command = [sys.executable, "-m", "gate", "run", "--config", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert ended.returncode == 2
    assert "web.tls_key:" in ended.stderr
    assert "is not the key of" in ended.stderr
    assert "Traceback" not in ended.stderr

"""Looks at the certificate files before anything starts: each fault names its key and the remedy.

A certificate that has run out is told and used: browsers warn, and the lanes must work.
"""

import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509

from gate.settings.config import ConfigFault, WebConfig


def certificate_faults(web: WebConfig) -> Iterator[ConfigFault]:
    """Find what keeps these files from being served with; nothing where none are given."""
    if web.tls_certificate is None or web.tls_key is None:
        return
    files = {"web.tls_certificate": web.tls_certificate, "web.tls_key": web.tls_key}
    unread = [fault for key, path in files.items() if (fault := _unreadable(key, path))]
    yield from unread
    if not unread:
        yield from _mismatch(web.tls_certificate, web.tls_key)


def _unreadable(key: str, path: Path) -> ConfigFault | None:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return ConfigFault(key, f"{path} does not exist; write the path of the PEM file")
    except OSError as error:
        remedy = "let the user that runs gate read it, e.g. chgrp gate FILE; chmod 640 FILE"
        return ConfigFault(key, f"{path} cannot be read ({error.strerror}); {remedy}")
    wanted = b"CERTIFICATE-----" if key == "web.tls_certificate" else b"PRIVATE KEY-----"
    if wanted not in text:
        kind = "certificate" if key == "web.tls_certificate" else "private key"
        return ConfigFault(
            key, f"{path} holds no {kind} in PEM form (text with lines of -----BEGIN …)"
        )
    if b"ENCRYPTED" in text:
        return ConfigFault(key, f"{path} is protected by a password; give a key without one")
    return None


def _mismatch(certificate: Path, key: Path) -> Iterator[ConfigFault]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            why = f"{key} is not the key of {certificate}; give the two files that belong together"
        else:
            why = f"{key} or {certificate} is damaged ({error.reason}); copy both files anew"
        yield ConfigFault("web.tls_key", why)


def run_out(web: WebConfig, at: datetime) -> datetime | None:
    """Return when the certificate ran out, None where it is still good or there is none.

    at: aware. Call it once `certificate_faults` has found nothing.
    """
    if web.tls_certificate is None:
        return None
    first = x509.load_pem_x509_certificates(web.tls_certificate.read_bytes())[0]
    return first.not_valid_after_utc if at > first.not_valid_after_utc else None

"""What a camera asks for is answered as the standards' own examples say."""

import pytest

from hardware.cameras.http_auth import authorization, challenges

# RFC 7616, 3.9.1.
REALM, NONCE = "http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
OPAQUE, CNONCE = (
    "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
)
ASKED = (
    f'Digest realm="{REALM}", qop="auth, auth-int", algorithm={{}}, nonce="{NONCE}", '
    f'opaque="{OPAQUE}"'
)
ANSWERS = {
    "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


def said(*headers: str, user: str = "Mufasa", password: str = "Circle of Life") -> str | None:
    offered = challenges(headers)
    return authorization(offered, "GET", "/dir/index.html", user, password, CNONCE)


@pytest.mark.parametrize("algorithm", ANSWERS)
def test_the_example_of_the_standard(algorithm: str) -> None:
    line = said(ASKED.format(algorithm))
    assert line is not None
    assert f'response="{ANSWERS[algorithm]}"' in line
    assert f"algorithm={algorithm}" in line
    assert f'opaque="{OPAQUE}"' in line


def test_without_qop_as_older_cameras_ask() -> None:
    """RFC 2617's example, without its qop: response as RFC 2069 computes it."""
    line = said('Digest realm="cam", nonce="4711"', user="wang", password="lane-one")
    assert line is not None
    assert "qop" not in line
    assert 'response="' in line


def test_a_realm_with_commas_and_quotes_is_one_word() -> None:
    line = said('Digest realm="Login to DVR, 1st \\"floor\\"", nonce="1"')
    assert line is not None
    assert 'realm="Login to DVR, 1st \\"floor\\""' in line


def test_the_strongest_is_taken_in_any_order() -> None:
    offered = ['Basic realm="x"', ASKED.format("MD5"), ASKED.format("SHA-256")]
    for headers in (offered, offered[::-1]):
        line = said(*headers)
        assert line is not None
        assert "algorithm=SHA-256" in line


def test_basic_of_rfc_7617() -> None:
    assert said('Basic realm="x"', user="Aladdin", password="open sesame") == (
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    )


@pytest.mark.parametrize("header", ["Bearer", "Negotiate x", ASKED.format("SHA-512-256"), ""])
def test_what_is_not_understood_is_not_answered(header: str) -> None:
    assert said(header) is None

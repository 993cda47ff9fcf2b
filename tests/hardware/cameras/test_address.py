"""An address is understood as it was meant, and shown without its credentials."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware.cameras.address import address_of, mask_url

PRINTED = st.characters(codec="ascii", categories=["L", "N", "P", "S"])
names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
secrets = st.text(PRINTED, min_size=6, max_size=12).filter(lambda text: "%" not in text)


@given(user=names, secret=st.text(PRINTED | st.just(" "), min_size=6, max_size=12))
@example(user="admin", secret="p#ss/w@rd")
@example(user="admin", secret="with a blank#")
def test_no_password_survives_masking(user: str, secret: str) -> None:
    shown = mask_url(f"rtsp://{user}:{secret}@10.0.0.8:554/stream1?channel=1")
    assert shown == "rtsp://***@10.0.0.8:554/stream1?channel=1"


@given(user=names, secret=secrets, cut=st.integers(1, 12))
@example(user="admin", secret="pa55w#rd", cut=5)
def test_no_piece_of_a_password_is_shown_where_the_address_was_cut(
    user: str, secret: str, cut: int
) -> None:
    """YAML takes what follows a blank and # for a remark."""
    kept = secret[:cut]
    if not kept.isdigit() and "/" not in kept:
        assert kept not in mask_url(f"rtsp://{user}:{kept}").removeprefix("rtsp://***")


def test_secret_words_of_the_query_are_masked() -> None:
    assert mask_url("http://h/v?user=a&password=bcd&x=1") == "http://h/v?user=a&password=***&x=1"


@given(user=names, secret=secrets)
@example(user="admin", secret="p@ss#1:/?")
@example(user="admin", secret="a/b@c#d")
@example(user="admin", secret="123/456")
def test_a_password_may_be_written_as_it_is(user: str, secret: str) -> None:
    found = address_of(f"rtsp://{user}:{secret}@10.0.0.8:8554/Streaming/Channels/101?x=1")
    assert found is not None
    assert (found.user, found.password, found.host, found.port) == (user, secret, "10.0.0.8", 8554)
    assert found.tail == "/Streaming/Channels/101?x=1"


@given(user=names, secret=st.text(PRINTED, min_size=1, max_size=12))
def test_what_was_taken_apart_is_put_together_encoded(user: str, secret: str) -> None:
    bare = address_of("rtsp://10.0.0.8/live")
    assert bare is not None
    whole = bare.with_user(user, secret).whole
    again = address_of(whole)
    assert again is not None
    assert (again.user, again.password, again.host) == (user, secret, "10.0.0.8")
    assert again.bare == "rtsp://10.0.0.8/live"


@pytest.mark.parametrize(
    ("url", "host", "port", "tail"),
    [
        ("rtsp://camera1/live", "camera1", 554, "/live"),
        ("http://10.0.0.8/user@home/s.mjpg", "10.0.0.8", 80, "/user@home/s.mjpg"),
        ("http://10.0.0.8:81/a@b", "10.0.0.8", 81, "/a@b"),
        ("rtsp://a:b@camera1/x@y", "camera1", 554, "/x@y"),
        ("rtsp://a:b@[fe80::1]:8554/x", "[fe80::1]", 8554, "/x"),
        ("https://10.0.0.8?channel=1", "10.0.0.8", 443, "?channel=1"),
        ("HTTP://10.0.0.8", "10.0.0.8", 80, ""),
    ],
)
def test_ordinary_addresses(url: str, host: str, port: int, tail: str) -> None:
    found = address_of(url)
    assert found is not None
    assert (found.host, found.port, found.tail) == (host, port, tail)


@pytest.mark.parametrize("url", ["usb:0", "0", "film.mp4", "/dev/video0", "rtsp://", "rtsp://a b"])
def test_what_is_no_address_of_a_machine(url: str) -> None:
    assert address_of(url) is None
    assert mask_url(url) in {url, "rtsp://***"}

"""Codes of a telephone and for its loss: each counts once."""

from datetime import timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.auth import totp
from gate.auth.totp import StoredSecret
from tests.gate.journal.journal_cast import NOON

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOBODYS = StoredSecret(SECRET, 0, ())


def code(seconds: float = 0) -> str:
    return pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_of_now_or_of_a_neighbouring_step_counts(seconds: int) -> None:
    assert totp.use(NOBODYS, code(seconds), NOON) is not None


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_code_of_another_time_does_not(seconds: int) -> None:
    assert totp.use(NOBODYS, code(seconds), NOON) is None


def test_a_code_counts_once_and_no_earlier_one_after_it() -> None:
    after = totp.use(NOBODYS, code(), NOON)
    assert after is not None
    assert totp.use(after, code(), NOON) is None
    assert totp.use(after, code(-30), NOON) is None
    assert totp.use(after, code(30), NOON + timedelta(seconds=30)) is not None


def test_each_recovery_code_counts_once_however_it_is_typed() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == totp.RECOVERY_CODES
    kept = StoredSecret(SECRET, 5, totp.digests(codes))
    typed = f" {codes[3].lower().replace('-', ' ')} "
    after = totp.use(kept, typed, NOON)
    assert after is not None
    assert len(after.recovery) == len(codes) - 1
    assert totp.use(after, codes[3], NOON) is None


@given(st.text(max_size=40))
def test_nothing_else_counts(typed: str) -> None:
    kept = StoredSecret(SECRET, 0, totp.digests(("ABCD-EFGH-2345-6789",)))
    plain = "".join(typed.split()).replace("-", "").upper()
    if plain != "ABCDEFGH23456789" and plain not in {code(s) for s in (-30, 0, 30)}:
        assert totp.use(kept, typed, NOON) is None


def test_the_address_names_the_user_and_the_site() -> None:
    said = totp.address(SECRET, "admin")
    assert said.startswith("otpauth://totp/Gate:admin?")
    assert f"secret={SECRET}" in said

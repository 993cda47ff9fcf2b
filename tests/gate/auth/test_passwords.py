"""Password hashes: the same work for everybody, and only a few at a time."""

import threading

import pytest
from pwdlib import PasswordHash

from gate.auth.passwords import AT_ONCE, Passwords

pytestmark = pytest.mark.slow


def test_a_password_is_right_or_not_and_nobodys_never_is() -> None:
    passwords = Passwords()
    kept = passwords.hash("right")
    assert passwords.right("right", kept)
    assert not passwords.right("wrong", kept)
    assert not passwords.right("right", None)


def test_nobodys_hash_costs_what_a_true_one_does() -> None:
    passwords = Passwords()
    assert passwords._nobodys.split("$")[:4] == passwords.hash("x").split("$")[:4]
    assert [len(part) for part in passwords._nobodys.split("$")] == [
        len(part) for part in passwords.hash("x").split("$")
    ]


def test_however_many_ask_only_a_few_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most, lock, many = 0, 0, threading.Lock(), threading.Barrier(20)
    real = PasswordHash.verify

    def count(self: PasswordHash, *more: str) -> bool:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        try:
            return real(self, *more)
        finally:
            with lock:
                now -= 1

    monkeypatch.setattr(PasswordHash, "verify", count)

    def ask(passwords: Passwords) -> None:
        many.wait()
        passwords.right("wrong", None)

    threads = [threading.Thread(target=ask, args=(Passwords(),)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= AT_ONCE

"""The alphabet is part of every weight file: its order must never change."""

import pytest

from recognition.alphabet import ALPHABET, PROVINCES, SLOTS, decode, encode


def test_every_character_stands_once_and_the_blank_first():
    assert len(set(ALPHABET)) == len(ALPHABET) == 78
    assert ALPHABET[0] == "-"
    assert len(PROVINCES) == 31
    assert "I" not in ALPHABET


def test_the_order_is_the_one_that_the_weights_were_trained_with():
    assert ALPHABET == (
        "-京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
        "0123456789ABCDEFGHJKLMNPQRSTUVWXYZO使领警学挂港澳应急民航"
    )


@pytest.mark.parametrize("text", ["吉A12345", "吉X1234应急", "WJ吉12345", "民航B0150", ""])
def test_texts_survive_the_round_trip(text):
    indices = encode(text)
    assert len(indices) == SLOTS
    assert decode(indices) == text


@pytest.mark.parametrize("text", ["吉I12345", "吉A123456789", "吉a12345"])
def test_what_no_plate_carries_is_refused(text):
    with pytest.raises(ValueError, match="plate"):
        encode(text)

"""The sounds of the console, computed here: 16-bit mono WAV at 16 kHz."""

import io
import math
import struct
import wave
from collections.abc import Sequence
from functools import cache
from typing import Final

RATE: Final = 16_000
ALARM: Final = ((880.0, 0.18), (0.0, 0.06), (660.0, 0.18), (0.0, 0.06), (880.0, 0.28))
WARN: Final = ((740.0, 0.16), (0.0, 0.08), (740.0, 0.16))
NOTICE: Final = ((523.0, 0.14),)
LOST: Final = ((523.0, 0.22), (0.0, 0.05), (392.0, 0.22), (0.0, 0.05), (262.0, 0.42))
BACK: Final = ((262.0, 0.16), (0.0, 0.04), (392.0, 0.16), (0.0, 0.04), (523.0, 0.3))
ASK: Final = ((660.0, 0.12), (0.0, 0.04), (990.0, 0.2))


@cache
def tones(notes: tuple[tuple[float, float], ...], loudness: float = 0.6) -> bytes:
    """Return a WAV of (hertz, seconds) notes; 0 Hz is silence. Edges are faded against clicks."""
    samples = [s for hertz, seconds in notes for s in _note(hertz, seconds, loudness)]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()


def _note(hertz: float, seconds: float, loudness: float) -> Sequence[int]:
    count = int(RATE * seconds)
    fade = RATE // 100
    return [
        int(
            32_767
            * loudness
            * min(1.0, i / fade, (count - i) / fade)
            * math.sin(2 * math.pi * hertz * i / RATE)
        )
        for i in range(count)
    ]

"""Pictures of the demo's number plates, drawn by the trainer's own drawing code."""

import numpy as np
from numpy.typing import NDArray

from recognition.training.synthetic.plate import PlateClass, draw_plate

Image = NDArray[np.uint8]


def plate_picture(text: str) -> Image | None:
    """A clean plate, 1 pixel a millimetre, the same for the same text; None for no text."""
    if not text:
        return None
    seed = [ord(character) for character in text]
    return draw_plate(np.random.default_rng(seed), text, plate_class_of(text)).image


def plate_class_of(text: str) -> PlateClass:
    """The class by the text alone, for the plates that the demo's roster has."""
    if text.endswith("应急"):
        return PlateClass.EMERGENCY
    if text.endswith("警"):
        return PlateClass.POLICE
    return PlateClass.GREEN_SMALL if len(text) == 8 else PlateClass.BLUE

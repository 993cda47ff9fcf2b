"""The register as an import would leave it: what is there, and what rows make of it. Pure.

Everything is found by what a spreadsheet knows it by: a household by its address, a person by name
within it, a vehicle by its whole plate, a space by its name. `id` is None for what is new.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from registry.rules.addresses import Address
from registry.rules.plates import PlateColour, same_ground


class Entity(StrEnum):
    """What an import makes or changes."""

    HOUSEHOLD = "household"
    PERSON = "person"
    VEHICLE = "vehicle"
    SPACE = "space"
    LINK = "link"


Fields = dict[str, object]


@dataclass(slots=True)
class Draft:
    """One person, vehicle or space. row: the row that last touched it, 0 for none of this file."""

    entity: Entity
    key: str
    home: Address | None
    id: int | None
    before: Mapping[str, object]
    after: Fields
    row: int = 0

    @property
    def is_new(self) -> bool:
        """Whether it is not in the register yet."""
        return self.id is None

    @property
    def changed(self) -> Fields:
        """The fields that would differ."""
        return {name: value for name, value in self.after.items() if self.before.get(name) != value}

    def differs(self, wanted: Mapping[str, object]) -> bool:
        """Whether taking these values over would change something."""
        return any(self.after.get(name) != value for name, value in wanted.items())


@dataclass(slots=True)
class ImportPreview:
    """The register while rows are applied to it.

    households: id, or None for one that the file adds. vehicles: by `vehicle_key`. links: (space,
    key of the vehicle). blocked: plates on the block list.
    """

    households: dict[Address, int | None] = field(default_factory=dict)
    people: dict[tuple[Address, str], Draft] = field(default_factory=dict)
    vehicles: dict[str, Draft] = field(default_factory=dict)
    spaces: dict[str, Draft] = field(default_factory=dict)
    links: dict[tuple[str, str], bool] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()

    def vehicle_key(self, text: str, colour: PlateColour | None) -> str:
        """The key in `vehicles` of the one with this plate: its text; for a twin its colour too."""
        first = self.vehicles.get(text)
        named = colour or PlateColour.UNKNOWN
        known = PlateColour(str(first.after["colour"])) if first else PlateColour.UNKNOWN
        return text if same_ground(known, named) else twin_key(text, named)

    def is_shared(self, text: str) -> bool:
        """Whether vehicles of two colours have this number."""
        return any(twin_key(text, colour) in self.vehicles for colour in PlateColour)


def twin_key(text: str, colour: PlateColour) -> str:
    """What the second vehicle with a number is known by."""
    return f"{text}/{colour.value}"

"""The register in memory: all that deciding needs, as one immutable value.

Deciding asks no database. A snapshot is replaced, never altered, so a lane that holds one sees one
consistent register however long it thinks. Changes make the next snapshot: what people changed
(`with_dossiers`) and what vehicles did (`entered`, `left`, `recounted`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from types import MappingProxyType

from registry.rules.kinds import Occupant
from registry.rules.occupancy import Occupancy
from registry.rules.passes import ValidityPeriod
from registry.rules.patterns import Pattern
from registry.rules.plates import LOOKALIKES, Plate, PlateColour, dropped_or_doubled, neighbours
from registry.rules.standing import (
    Listing,
    PlateRecord,
    Registration,
    SpaceId,
    Standing,
    Stay,
    standing,
)

Movement = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """A vehicle that is inside: since when, counted as what, in which space."""

    since: datetime
    occupant: Occupant
    space: SpaceId | None = None


@dataclass(frozen=True, slots=True)
class RegistryCandidate:
    """A plate on record that a reading may have meant.

    registered: it has a right of entry, if perhaps one that is over; blocked: it is on the list.
    """

    plate: str
    household: str
    registered: bool
    blocked: bool


@dataclass(frozen=True, slots=True)
class RegistrySnapshot:
    """Dossiers by whole plate, vehicles inside by whole plate, and counts.

    taken: plate that stands in each taken space. change: id of the newest change that is in it;
    recent: ids of those just before, because a database may show one late. movement: tells whether
    vehicles came or went since. serials: keys without their first character, and the first
    characters that are on record with it; it follows from `plate_records`.
    """

    plate_records: Mapping[str, PlateRecord] = field(default_factory=dict, repr=False)
    patterns: tuple[Pattern, ...] = ()
    inside: Mapping[str, Inside] = field(default_factory=dict, repr=False)
    taken: Mapping[SpaceId, str] = field(default_factory=dict, repr=False)
    occupancy: Occupancy = field(default_factory=Occupancy)
    change: int = 0
    recent: frozenset[int] = frozenset()
    movement: Movement = field(default=(), compare=False)
    serials: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the first characters, unless they were found for these plate_records before."""
        if self.plate_records and not self.serials:
            object.__setattr__(
                self, "serials", _serials({}, self.plate_records, self.plate_records)
            )

    def standing(
        self, plate: Plate, at: datetime, colour: PlateColour = PlateColour.UNKNOWN
    ) -> Standing:
        """What the register says of this plate, by its whole text and the colour if it was seen."""
        return self.standing_by(self.plate_record(plate.text), plate, at, colour)

    def standing_by(
        self, whole: PlateRecord, plate: Plate, at: datetime, colour: PlateColour
    ) -> Standing:
        """What follows from everything on record for this plate (`plate_record` of its text)."""
        plate_record = whole.seen_in(colour)
        key = inside_key(plate.text, plate_record.registration, shared=bool(whole.twins))
        present = self.inside.get(key)
        stay = Stay(present.since if present else None, self._has_space(plate_record, key))
        return standing(plate_record, plate.plate_class, stay, at)

    def plate_record(self, key: str) -> PlateRecord:
        """Everything on record for a key; listed forms count where nothing else lists it."""
        plate_record = self.plate_records.get(key) or PlateRecord(key)
        if plate_record.listing is None:
            for pattern in self.patterns:
                if pattern.matches(key):
                    return replace(
                        plate_record, listing=Listing(pattern.kind, pattern.text, ValidityPeriod())
                    )
        return plate_record

    def free_space(self, key: str) -> SpaceId | None:
        """The space that this vehicle would take: its own again, else the first that is free."""
        registration = self.plate_record(key).registration
        spaces = registration.spaces if registration else ()
        return next((space for space in spaces if self.taken.get(space, key) == key), None)

    def in_its_spaces(
        self, plate: Plate, colour: PlateColour = PlateColour.UNKNOWN
    ) -> tuple[str, ...]:
        """Keys of the vehicles that stand where this one may stand; none while a space is free."""
        whole = self.plate_record(plate.text)
        plate_record = whole.seen_in(colour)
        key = inside_key(plate.text, plate_record.registration, shared=bool(whole.twins))
        if plate_record.registration is None or self._has_space(plate_record, key):
            return ()
        return tuple(dict.fromkeys(self.taken[space] for space in plate_record.registration.spaces))

    def candidates(self, text: str, limit: int = 5) -> tuple[RegistryCandidate, ...]:
        """Plates on record one look-alike, or one lost character, away; for a person's eyes only.

        The order: one character replaced before one lost.
        """
        found = (self.on_record(key) for key in dict.fromkeys(self._near(text)))
        return tuple(candidate for candidate in found if candidate)[:limit]

    def _near(self, text: str) -> Iterator[str]:
        """Keys on record; the same serial of 30 other provinces is one look-up, not 30."""
        serial, alike = text[1:], LOOKALIKES.get(text[:1], "")
        for first in self.serials.get(serial, ""):
            if first in alike:
                yield first + serial
        near = chain(neighbours(text, first=1), dropped_or_doubled(text))
        yield from filter(self.plate_records.__contains__, near)

    def on_record(self, key: str) -> RegistryCandidate | None:
        """What a guard is told of a plate on record, None for one that is not."""
        plate_record = self.plate_records.get(key)
        if plate_record is None:
            return None
        registered = bool(plate_record.registration or plate_record.passes or plate_record.listing)
        return RegistryCandidate(key, _label(plate_record), registered, bool(plate_record.blocks))

    def with_dossiers(self, changed: Mapping[str, PlateRecord | None]) -> "RegistrySnapshot":
        """The next snapshot, after people changed what is on record for these plates."""
        plate_records = dict(self.plate_records)
        for key, plate_record in changed.items():
            if plate_record is None:
                plate_records.pop(key, None)
            else:
                plate_records[key] = plate_record
        serials = _serials(self.serials, changed, plate_records)
        return replace(self, plate_records=MappingProxyType(plate_records), serials=serials)

    def with_presence(
        self, inside: Mapping[str, Inside], occupancy: Occupancy
    ) -> "RegistrySnapshot":
        """The next snapshot, after vehicles inside were read from the record or set by hand."""
        return self._moved(inside, occupancy)

    def entered(self, key: str, present: Inside) -> "RegistrySnapshot":
        """The next snapshot, after a vehicle came in; "" for one whose plate nobody knows.

        A plate that enters again was seen in and missed going out: its earlier entry is taken off.
        """
        if not key:
            return self._moved(self.inside, self.occupancy.entered(present.occupant))
        known = self.inside.get(key)
        occupancy = self.occupancy.left(known.occupant) if known else self.occupancy
        return self._moved({**self.inside, key: present}, occupancy.entered(present.occupant))

    def left(self, key: str, occupant: Occupant) -> "RegistrySnapshot":
        """The next snapshot, after a vehicle went out; `occupant` counts if it was not inside."""
        known = self.inside.get(key)
        remaining = {plate: present for plate, present in self.inside.items() if plate != key}
        leaving = known.occupant if known else occupant
        return self._moved(remaining, self.occupancy.left(leaving))

    def recounted(self, occupant: Occupant, count: int) -> "RegistrySnapshot":
        """The next snapshot, after somebody counted."""
        return self._moved(self.inside, self.occupancy.recounted(occupant, count))

    def _moved(self, inside: Mapping[str, Inside], occupancy: Occupancy) -> "RegistrySnapshot":
        """With other vehicles inside. None of it was read from the record: look there again."""
        taken = {p.space: key for key, p in inside.items() if p.space is not None}
        return replace(
            self,
            inside=MappingProxyType(dict(inside)),
            taken=MappingProxyType(taken),
            occupancy=occupancy,
            movement=(),
        )

    def _has_space(self, plate_record: PlateRecord, key: str) -> bool:
        spaces = plate_record.registration.spaces if plate_record.registration else ()
        return not spaces or any(self.taken.get(space, key) == key for space in spaces)


def inside_key(text: str, registration: Registration | None, *, shared: bool) -> str:
    """What a vehicle inside is known by: its text, and its colour where two vehicles share that."""
    return f"{text}/{registration.colour}" if shared and registration else text


def inside_keys(plates: Collection[str]) -> list[str]:
    """What vehicles with these numbers may be known by while they are inside."""
    return [*plates, *(f"{plate}/{ground}" for plate in plates for ground in PlateColour)]


def plate_of(key: str) -> str:
    """The text on the plate of a vehicle inside."""
    return key.partition("/")[0]


def _serials(
    known: Mapping[str, str], changed: Iterable[str], plate_records: Mapping[str, PlateRecord]
) -> Mapping[str, str]:
    """The first characters on record with each serial, after these keys were added or removed."""
    serials = dict(known)
    for key in changed:
        first, serial = key[:1], key[1:]
        others = serials.get(serial, "").replace(first, "")
        serials[serial] = "".join(sorted(others + first)) if key in plate_records else others
    return MappingProxyType(serials)


def _label(plate_record: PlateRecord) -> str:
    """Whose vehicle it is, else whom it visits first, else who listed it."""
    if plate_record.registration:
        return plate_record.registration.household
    if plate_record.passes:
        return plate_record.passes[0].household
    return plate_record.listing.organisation if plate_record.listing else ""

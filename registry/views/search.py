"""Finding what a guard half remembers: part of a plate, a flat, a name or its initials, a phone.

The index is in memory and immutable; make a new one after changes. What is typed is tried as every
thing it could be; the answer is ranked: whole before beginning before end before middle, and for
equal fits plates before flats before people. Names and phones in a hit are plain: who shows them
masks them (names.mask) unless there is a reason to.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import islice
from typing import Final

from sqlmodel import Session, select

from registry.rules import addresses, names
from registry.rules.addresses import Address
from registry.rules.plates import normalise
from registry.store.households import homes_of
from registry.tables.records import Person, Vehicle

_END: Final = "\n"
_MOST: Final = 200


class Fit(IntEnum):
    """How well something fits what was typed; lower is better."""

    WHOLE = 0
    BEGINNING = 1
    END = 2
    MIDDLE = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A vehicle (with its plate) or a person (with a name) of a household, or of a holder."""

    household_id: int | None
    address: Address | None
    holder: str = ""
    vehicle_id: int | None = None
    plate: str = ""
    person_id: int | None = None
    name: str = ""
    phone: str = ""

    @property
    def household(self) -> str:
        """The flat as 3-2-501, or the holder."""
        return str(self.address) if self.address else self.holder


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that fits, and how well."""

    fit: Fit
    entry: Entry


class _Haystack:
    """Many short texts as one, so that looking through 100,000 takes a millisecond or two."""

    def __init__(self, texts: Iterable[str]) -> None:
        joined = list(texts)
        self._whole = _END + _END.join(joined) + _END
        self._starts: list[int] = []
        place = 1
        for text in joined:
            self._starts.append(place)
            place += len(text) + 1

    def find(self, needle: str, fit: Fit) -> Iterator[int]:
        """Numbers of the texts in which the needle fits so."""
        before = _END if fit in (Fit.WHOLE, Fit.BEGINNING) else ""
        after = _END if fit in (Fit.WHOLE, Fit.END) else ""
        wanted = f"{before}{needle}{after}"
        place = self._whole.find(wanted)
        while place >= 0:
            yield bisect_right(self._starts, place + len(before)) - 1
            place = self._whole.find(wanted, place + 1)

    def match(self, form: re.Pattern[str]) -> Iterator[int]:
        """Numbers of the texts that a pattern over whole lines fits."""
        for found in form.finditer(self._whole):
            yield bisect_right(self._starts, found.start()) - 1


class Index:
    """Everything that can be found, at one moment."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._vehicles = [entry for entry in self._entries if entry.plate]
        self._people = [entry for entry in self._entries if entry.name]
        self._plates = _Haystack(entry.plate for entry in self._vehicles)
        self._names = _Haystack(entry.name for entry in self._people)
        self._phones = _Haystack(entry.phone for entry in self._people)
        self._by_building: dict[str, list[Entry]] = {}
        self._by_room: dict[str, list[Entry]] = {}
        for entry in self._entries:
            if entry.address:
                self._by_building.setdefault(entry.address.building, []).append(entry)
                self._by_room.setdefault(entry.address.room, []).append(entry)

    @cached_property
    def _initials(self) -> tuple[_Haystack, Sequence[Entry]]:
        pairs = [
            (letters, entry)
            for entry in self._people
            for letters in sorted(names.initials(entry.name))
        ]
        return _Haystack(letters for letters, _ in pairs), [entry for _, entry in pairs]

    def search(self, typed: str, limit: int = 20) -> tuple[Hit, ...]:
        """The best hits for what was typed, best first; nothing for an empty question."""
        if not typed.strip():
            return ()
        best: dict[Entry, Fit] = {}
        for look in (self._as_plate, self._as_address, self._as_name, self._as_phone):
            for fit, entry in look(typed.strip()):
                best[entry] = min(fit, best.get(entry, fit))
        ranked = sorted(best.items(), key=lambda item: (item[1], _order(item[0])))
        return tuple(Hit(fit, entry) for entry, fit in ranked[:limit])

    def _as_plate(self, typed: str) -> Iterator[tuple[Fit, Entry]]:
        key = normalise(typed)
        if {"?", "*"} & set(key) and set(key) - {"?", "*"}:
            form = "".join({"?": ".", "*": ".*"}.get(c, re.escape(c)) for c in key)
            found = self._plates.match(re.compile(rf"(?m)^{form}$"))
            yield from ((Fit.BEGINNING, self._vehicles[n]) for n in islice(found, _MOST))
        elif len(key) > 1:
            yield from _in(self._plates, self._vehicles, key)

    def _as_address(self, typed: str) -> Iterator[tuple[Fit, Entry]]:
        wanted = addresses.parse(typed)
        if wanted is None:
            if typed.isdigit() and len(typed) > 2:
                rooms = self._by_room.get(typed, ())
                yield from ((Fit.END, entry) for entry in islice(rooms, _MOST))
            return
        for address, fit in _readings(wanted):
            found = (e for e in self._by_building.get(address.building, ()) if _at(e, address))
            yield from ((fit, entry) for entry in islice(found, _MOST))

    def _as_name(self, typed: str) -> Iterator[tuple[Fit, Entry]]:
        if typed.isascii() and typed.isalpha() and len(typed) > 1:
            haystack, entries = self._initials
            yield from _in(haystack, entries, typed.lower(), (Fit.WHOLE, Fit.BEGINNING))
        if not any(map(str.isdigit, typed)):
            yield from _in(self._names, self._people, typed)

    def _as_phone(self, typed: str) -> Iterator[tuple[Fit, Entry]]:
        digits = re.sub(r"[\s-]", "", typed)
        if digits.isdigit() and len(digits) > 2:
            fits = (Fit.WHOLE, Fit.END, Fit.BEGINNING)
            yield from _in(self._phones, self._people, digits, fits)


def _in(
    haystack: _Haystack, entries: Sequence[Entry], needle: str, fits: Iterable[Fit] = Fit
) -> Iterator[tuple[Fit, Entry]]:
    """The best fits first, and no more of them than anybody would read."""
    left = _MOST
    for fit in fits:
        for number in islice(haystack.find(needle, fit), left):
            left -= 1
            yield fit, entries[number]


def _readings(wanted: Address) -> Iterator[tuple[Address, Fit]]:
    """3-2 may be building 3, flat 2, and it may be building 3, unit 2."""
    yield wanted, Fit.WHOLE if wanted.room else Fit.BEGINNING
    if wanted.room and not wanted.unit:
        yield Address(wanted.building, wanted.room), Fit.BEGINNING


def _at(entry: Entry, wanted: Address) -> bool:
    """Whether an entry lives at an address, parts that were not written being free."""
    home = entry.address
    return home is not None and wanted.unit in ("", home.unit) and wanted.room in ("", home.room)


def _order(entry: Entry) -> tuple[int, tuple[tuple[int, str], ...], str]:
    """Vehicles before people; then by flat, and by plate or name."""
    home = entry.address
    parts = (home.building, home.unit, home.room) if home else (entry.holder,)
    return (
        0 if entry.plate else 1,
        tuple(map(addresses.sort_key, parts)),
        entry.plate or entry.name,
    )


def load_index(session: Session) -> Index:
    """The index of what is registered now."""
    homes = homes_of(session)
    return Index([*_vehicle_entries(session, homes.get), *_person_entries(session, homes.get)])


def _vehicle_entries(session: Session, where: Callable[[int], Address | None]) -> Iterator[Entry]:
    columns = select(Vehicle.id, Vehicle.plate, Vehicle.household_id, Vehicle.holder)
    for number, plate, home, holder in session.exec(columns):
        address = where(home) if home is not None else None
        yield Entry(home, address, holder, vehicle_id=number, plate=plate)


def _person_entries(session: Session, where: Callable[[int], Address | None]) -> Iterator[Entry]:
    columns = select(Person.id, Person.name, Person.phone, Person.household_id)
    for number, name, phone, home in session.exec(columns):
        yield Entry(home, where(home), person_id=number, name=name, phone=phone)

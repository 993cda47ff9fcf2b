"""config.yaml as frozen models: every key, its default, its unit and what it is for.

Read once, in `gate.__main__`; sliced by `gate.app.wiring`; never read at import. An unknown key, a
wrong type or two lanes on one relay is a fault that names its key and the remedy; all faults are
found in one go. Whether ports and cameras exist is for `gate.cli.check`, which touches the machine.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from gate.domain.errors import GateError
from gate.domain.passage import Direction
from gate.domain.schedule import parse_schedule
from gate.settings.environment import Overlay, overlay
from hardware.barrier.inputs import InputName
from hardware.barrier.model import Controller
from hardware.boards.board import BoardProtocol

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(gt=0.0, le=86_400.0)]
Channel = Annotated[int, Field(ge=1, le=64)]


class ConfigPart(BaseModel):
    """A section of config.yaml: frozen, and closed to keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteConfig(ConfigPart):
    """The community."""

    name: str = Field("荷兰小镇", description="Name shown on pages, reports and the lane sign.")
    timezone: str = Field("Asia/Shanghai", description="IANA zone of screens and schedules.")
    language: Literal["zh_CN", "en"] = Field("zh_CN", description="First language of the pages.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no IANA time zone; write Asia/Shanghai") from error
        return name


class WebConfig(ConfigPart):
    """Where the pages and the API answer."""

    host: str = Field(
        "127.0.0.1", description="Address to listen on; 0.0.0.0 for the whole network."
    )
    port: int = Field(8000, ge=0, le=65_535, description="TCP port; 0 takes a free one.")
    tls_certificate: Path | None = Field(None, description="PEM file of the certificate chain.")
    tls_key: Path | None = Field(None, description="PEM file of the certificate's private key.")
    proxies: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"),
        description="Addresses or networks of reverse proxies: what they say of the browser's "
        "address is believed, and they may hold as many connections as the web has room for.",
    )
    session_minutes: int = Field(
        720,
        ge=5,
        le=1_440,
        description="Minutes without a press or typing after which a log-in ends.",
    )
    admin_second_factor: bool = Field(
        False, description="Give admins without a second factor a guard's rights only."
    )

    @field_validator("proxies")
    @classmethod
    def _addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for one in proxies:
            try:
                ip_network(one, strict=False)
            except ValueError:
                raise ValueError(
                    f"{one!r} is no address and no network; write e.g. 10.0.0.5"
                ) from None
        return proxies


class BoardConfig(ConfigPart):
    """A relay board on a wire."""

    protocol: BoardProtocol = Field(
        description="Language of the board: lcus, waveshare, lctech, kmtronic or numato."
    )
    url: str = Field(
        min_length=1,
        description="/dev/serial/by-path/… (never ttyUSB0: numbers swap), or socket://host:port.",
    )
    address: int | None = Field(
        None, ge=0, le=255, description="Unit address on the bus; none takes the protocol's usual."
    )
    baud: int = Field(9600, ge=1200, le=256_000, description="Bits per second.")
    relays: int | None = Field(None, ge=1, le=64, description="Number of relays; none: usual.")
    inputs: int | None = Field(None, ge=0, le=64, description="Number of inputs; none: usual.")
    silent: bool = Field(False, description="The board never answers (most LCUS-1).")
    local_echo: bool = Field(False, description="The RS485 adapter returns what is sent.")


class BarrierConfig(ConfigPart):
    """The arm of a lane."""

    board: str = Field(description="Name of a board under `boards`.")
    raise_: Channel = Field(
        alias="raise", description="Relay that raises the arm, counted from 1 as printed."
    )
    lower: Channel | None = Field(
        None, description="Relay that lowers it; none where the controller lowers by itself."
    )
    stop: Channel | None = Field(None, description="Relay that stops the arm, where wired.")
    controller: Controller = Field(
        Controller.RAISE_ONLY,
        description="separate: raise and lower buttons; one_button: step by step; raise_only: "
        "the controller lowers by itself after its own safety loop clears.",
    )
    closes_itself: bool = Field(
        True, description="The controller lowers the arm by itself; false: it waits to be told."
    )
    own_safety: bool = Field(
        False,
        description="one_button only: the controller has a safety loop of its own and reverses by "
        "itself. Without it Gate never lowers such an arm.",
    )
    pulse_ms: int = Field(500, ge=100, le=2000, description="Length of a pulse, milliseconds.")
    travel_s: Seconds = Field(6.0, description="Longest time of travel up or down, seconds.")
    self_close_s: float | None = Field(
        None,
        gt=0,
        le=600,
        description="Longest time until an arm that closes by itself is down "
        "once nobody is under it, seconds; none where that is not known.",
    )
    clear_s: float = Field(
        1.0, ge=1.0, le=60.0, description="Seconds the safety loop must be clear before lowering."
    )
    hold_cap_minutes: int = Field(
        120, ge=1, le=720, description="Longest time that the arm may be held open, minutes."
    )
    open_too_long_s: Seconds = Field(
        120.0, description="Alarm when the arm stays up for longer without being held, seconds."
    )


class InputConfig(ConfigPart):
    """One wired input of a lane. An input that is not listed is declared to be not wired."""

    channel: Channel = Field(description="Input number, counted from 1 as printed on the board.")
    normally: Literal["open", "closed"] = Field(
        "open", description="closed: the contact opens when the input's event happens."
    )
    debounce_ms: int = Field(50, ge=0, le=5000, description="Steady time before it counts, ms.")
    permanent_presence: bool = Field(
        False,
        description="Loop detectors only: set to permanent presence. Needed for `safety`; with "
        "limited presence a detector lets go under a parked car.",
    )


class CameraConfig(ConfigPart):
    """The camera of a lane."""

    source: str = Field(
        description="rtsp://…, http://…/stream.mjpg, a device number, a video file or a folder."
    )

    @field_validator("source", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        """A device's number is written as one."""
        return str(value) if type(value) is int and value >= 0 else value

    user_env: str | None = Field(
        None, description="Environment variable that holds user:password for the camera's URL."
    )
    fps: float = Field(10.0, gt=0, le=60, description="Pictures per second for files and folders.")
    loop: bool = Field(False, description="Files and folders: begin again at the end.")
    least_plate_px: int = Field(
        60,
        ge=0,
        description="Plates narrower than this in the picture decide nothing: they belong to a "
        "vehicle further back. Set it to half the width that a plate has at the stop line.",
    )
    max_frame_age_s: float = Field(
        0.8, gt=0, le=10, description="A picture older than this decides nothing, seconds."
    )


class SignConfig(ConfigPart):
    """An output of a lane that speaks to the driver: LED board with lights, or voice."""

    url: str = Field(description="Serial port by path, or socket://host:port.")
    baud: int = Field(9600, ge=1200, le=256_000, description="Bits per second.")


class LaneConfig(ConfigPart):
    """A lane: a camera, an arm, and what is wired."""

    name: str = Field(description="Name on the pages, e.g. 南门入口.")
    direction: Direction = Field(description="in or out, seen from the community.")
    camera: CameraConfig = Field(description="The camera that sees the plates.")
    barrier: BarrierConfig = Field(description="The arm and its relays.")
    inputs: dict[InputName, InputConfig] = Field(
        default_factory=dict, description="Wired inputs, by meaning."
    )
    inputs_board: str | None = Field(
        None, description="Board that the inputs hang on; none: the barrier's own board."
    )
    sign: SignConfig | None = Field(None, description="LED board, where there is one.")
    voice: SignConfig | None = Field(None, description="Speech module, where there is one.")


class PolicyConfig(ConfigPart):
    """Who is let in, and how sure the gate must be."""

    open_confidence: Share = Field(
        0.99, description="Least probability of the least sure character that opens by itself."
    )
    min_frames: int = Field(
        2,
        ge=1,
        le=20,
        description="Pictures that show the same whole plate clearly before it opens.",
    )
    decide_within_s: Seconds = Field(
        3.0, description="After so many seconds of looking the guard is asked."
    )
    order_expires_s: Seconds = Field(
        2.0, description="An order to raise that is older than this is dropped, seconds."
    )
    wait_for_passing_s: Seconds = Field(
        60.0, description="After so many seconds a passage with the arm raised is closed."
    )
    second_car: Literal["guard", "visitor", "admit"] = Field(
        "guard", description="The space is taken by the household's other car: what then."
    )
    repeat_entry: Literal["warn", "refuse"] = Field(
        "warn", description="The plate is inside already: admit with a warning, or refuse."
    )
    wrong_way: Literal["refuse", "ask"] = Field(
        "refuse", description="A vehicle that comes the wrong way: refuse, or ask the guard."
    )
    visitor_capacity: int | None = Field(
        None,
        ge=0,
        description="Visitors inside at once; none: no limit. Residents are not counted.",
    )
    exit_confidence: Share = Field(
        0.8, description="Least probability at which the exit opens by itself."
    )
    visitor_hours: str = Field(
        "", description="When visitors may enter, e.g. `1-5 07:00-22:00; 6-7 08:00-22:00`."
    )
    staff_hours: str = Field("", description="When staff and service vehicles may enter.")
    expired_grace_days: int = Field(
        3, ge=0, le=60, description="Days that an expired long-rent vehicle still gets in."
    )
    emergency_confidence: Share = Field(
        0.6, description="Least probability for 警, 应急, WJ and military plates."
    )
    blocked_emergency: bool = Field(
        True, description="Emergency vehicles get in even if somebody put them on the block list."
    )

    @field_validator("visitor_hours", "staff_hours")
    @classmethod
    def _readable_hours(cls, text: str) -> str:
        parse_schedule(text)
        return text


class RecognitionConfig(ConfigPart):
    """The plate networks."""

    threads: int = Field(1, ge=1, le=16, description="Threads per lane for the networks.")
    second_reader: bool = Field(
        False,
        description="Ask EasyOCR (extra `easyocr`) about plates that are read less surely than "
        "policy.open_confidence. Where it is not installed nothing changes; `gate check` says so.",
    )


class RetentionConfig(ConfigPart):
    """How long each kind of data is kept, in days."""

    pictures_days: int = Field(30, ge=1, le=365, description="Pictures (law: keep 30 days).")
    passages_days: int = Field(180, ge=30, le=1_825, description="Passages, then anonymised.")
    visitors_days: int = Field(90, ge=30, le=730, description="Visitor log and passes.")
    audit_days: int = Field(365, ge=180, le=3_650, description="Who did what (law: 6 months).")


class Config(ConfigPart):
    """The whole of config.yaml."""

    site: SiteConfig = Field(default_factory=SiteConfig, description="The community.")
    data: Path = Field(
        Path("data"),
        description="Folder of database, pictures and keys; GATE_DATA overrides it.",
    )
    database: str | None = Field(
        None, description="SQLAlchemy URL, e.g. postgresql+psycopg://…; none: SQLite in `data`."
    )
    key_file: Path | None = Field(
        None, description="Key for pictures and personal fields; none: keys/vault.key in `data`."
    )
    web: WebConfig = Field(default_factory=WebConfig, description="Pages and API.")
    boards: dict[str, BoardConfig] = Field(description="Relay boards by name.")
    lanes: dict[str, LaneConfig] = Field(min_length=1, description="Lanes by id.")
    policy: PolicyConfig = Field(default_factory=PolicyConfig, description="Who is let in.")
    recognition: RecognitionConfig = Field(
        default_factory=RecognitionConfig, description="The plate networks."
    )
    retention: RetentionConfig = Field(
        default_factory=RetentionConfig, description="How long data is kept."
    )
    _from_environment: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def from_environment(self) -> Mapping[str, str]:
        """The keys that the environment set, each with its variable."""
        return self._from_environment


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """Something wrong in the configuration: the key, what is wrong and what to do."""

    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.key}: {self.what}"


class ConfigError(GateError):
    """The configuration cannot be used; `faults` has a line for each reason."""

    def __init__(self, faults: tuple[ConfigFault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def load(path: Path) -> Config:
    """Read and check config.yaml. Raises ConfigError with every fault, each naming its key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "give the right file with --config, or copy the config.yaml of the repository"
        raise ConfigError(
            (ConfigFault(str(path), f"cannot be read ({error}); {remedy}"),)
        ) from error
    return parse(text, place=str(path))


def parse(
    text: str, *, place: str = "config.yaml", environment: Mapping[str, str] | None = None
) -> Config:
    """Check the text of a config.yaml. Raises ConfigError.

    environment: goes before the text (gate.settings.environment); none: that of the process.
    """
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError((ConfigFault(place, f"is not YAML: {error}"),)) from error
    if not isinstance(raw, dict):
        raise ConfigError(
            (ConfigFault(place, "must be a mapping of keys such as site, boards, lanes"),)
        )
    made = overlay(Config, raw, os.environ if environment is None else environment)
    return _checked(made)


def _checked(made: Overlay) -> Config:
    unread = tuple(ConfigFault(name, what) for name, what in made.faults)
    try:
        config = Config.model_validate(made.raw)
    except ValidationError as error:
        wrong = (_named(made, fault) for fault in _pydantic_faults(error))
        raise ConfigError((*unread, *wrong)) from error
    if faults := (*unread, *(_named(made, fault) for fault in contradictions(config))):
        raise ConfigError(faults)
    config._from_environment = made.given  # noqa: SLF001 - set once, where it is made
    return config


def _named(made: Overlay, fault: ConfigFault) -> ConfigFault:
    """Let a fault say from which variable its key came."""
    variable = made.variable_of(fault.key)
    return ConfigFault(f"{fault.key} ({variable})", fault.what) if variable else fault


def _pydantic_faults(error: ValidationError) -> Iterator[ConfigFault]:
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"] if part != "[key]")
        match item["type"]:
            case "extra_forbidden":
                what = "unknown key; see gate/docs/configuration.md for the keys that exist"
            case "missing":
                what = "is missing and has no default"
            case _:
                what = f"{item['msg']} (found {item['input']!r})"
        yield ConfigFault(key, what)


def contradictions(config: Config) -> Iterator[ConfigFault]:
    """Find what each key alone cannot show: missing boards, shared relays, half a TLS pair."""
    taken: dict[tuple[str, str, int], str] = {}
    for lane, settings in config.lanes.items():
        place = f"lanes.{lane}"
        if missing := tuple(_missing_boards(config, place, settings)):
            yield from missing
            continue
        yield from _channel_faults(config, place, settings)
        for key, claim in _claims(settings):
            if other := taken.get(claim):
                board, kind, channel = claim
                yield ConfigFault(
                    f"{place}.{key}",
                    f"{kind} {channel} of board {board!r} is already used by {other}; "
                    "give each its own",
                )
            taken.setdefault(claim, f"{place}.{key}")
        yield from _barrier_faults(place, settings)
    yield from _input_board_faults(config)
    if (config.web.tls_certificate is None) != (config.web.tls_key is None):
        yield ConfigFault("web.tls_key", "tls_certificate and tls_key must be given together")
    yield from _shared_urls(config)


def _claims(lane: LaneConfig) -> Iterator[tuple[str, tuple[str, str, int]]]:
    """Return key and (board, "relay" | "input", channel) of each terminal that the lane uses.

    A fire signal may serve several lanes: it is one contact of the whole site.
    """
    board = lane.barrier.board
    yield "barrier.raise", (board, "relay", lane.barrier.raise_)
    if lane.barrier.lower is not None:
        yield "barrier.lower", (board, "relay", lane.barrier.lower)
    if lane.barrier.stop is not None:
        yield "barrier.stop", (board, "relay", lane.barrier.stop)
    for name, wired in lane.inputs.items():
        if name is not InputName.FIRE:
            yield f"inputs.{name}", (lane.inputs_board or board, "input", wired.channel)


def _missing_boards(config: Config, place: str, lane: LaneConfig) -> Iterator[ConfigFault]:
    known = ", ".join(config.boards) or "none"
    for key, name in (("barrier.board", lane.barrier.board), ("inputs_board", lane.inputs_board)):
        if name is not None and name not in config.boards:
            what = f"no board named {name!r} under `boards` (there: {known})"
            yield ConfigFault(f"{place}.{key}", what)


def _input_board_faults(config: Config) -> Iterator[ConfigFault]:
    """Lanes whose arms hang on one board must agree where their inputs are."""
    chosen: dict[str, tuple[str, str]] = {}
    for lane, settings in config.lanes.items():
        board = settings.barrier.board
        wanted = settings.inputs_board or board
        other, agreed = chosen.setdefault(board, (lane, wanted))
        if agreed != wanted:
            what = f"lanes {other} and {lane} share board {board!r} and must share the inputs' too"
            yield ConfigFault(f"lanes.{lane}.inputs_board", what)


def _channel_faults(config: Config, place: str, lane: LaneConfig) -> Iterator[ConfigFault]:
    for key, (name, kind, channel) in _claims(lane):
        board = config.boards[name]
        limit = board.relays if kind == "relay" else board.inputs
        if limit is not None and channel > limit:
            yield ConfigFault(f"{place}.{key}", f"the board has {kind} 1 to {limit}, not {channel}")


def _barrier_faults(place: str, lane: LaneConfig) -> Iterator[ConfigFault]:
    barrier = lane.barrier
    if barrier.controller is Controller.SEPARATE and barrier.lower is None:
        yield ConfigFault(
            f"{place}.barrier.lower", "controller `separate` needs the relay that lowers"
        )
    if barrier.controller is not Controller.SEPARATE and barrier.lower is not None:
        yield ConfigFault(
            f"{place}.barrier.lower", f"controller `{barrier.controller}` lowers by itself"
        )
    if barrier.controller is Controller.RAISE_ONLY and not barrier.closes_itself:
        yield ConfigFault(f"{place}.barrier.closes_itself", "nothing would ever lower this arm")
    safety = lane.inputs.get(InputName.SAFETY)
    if barrier.controller is Controller.SEPARATE and safety is None:
        yield ConfigFault(
            f"{place}.inputs.safety",
            "an arm that Gate lowers needs a safety loop; wire one, or let the controller lower",
        )
    if safety is not None and not safety.permanent_presence:
        yield ConfigFault(
            f"{place}.inputs.safety.permanent_presence",
            "set the loop detector to permanent presence, then write true here",
        )


def _shared_urls(config: Config) -> Iterator[ConfigFault]:
    seen: dict[tuple[str, int | None], str] = {}
    for name, board in config.boards.items():
        key = (board.url, board.address)
        if other := seen.get(key):
            yield ConfigFault(
                f"boards.{name}.url",
                f"{board.url} with the same address is board {other!r} already; "
                "each board needs its own port or address",
            )
        seen.setdefault(key, name)

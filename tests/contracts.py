"""What each file of the program is: `pure` (no I/O, no clock, no thread) or `shell`.

tests/contracts.txt names every module once; tests/test_contracts.py fails on one that is missing,
gone, or pure in name only. `python -m tests.contracts` adds new modules as shell, for a person to
look at and move.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "contracts.txt"
PACKAGES = ("gate", "hardware", "recognition", "registry")


def on_disk() -> dict[str, Path]:
    """Return every module of the program with its file."""
    found = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def listed() -> dict[str, str]:
    """Return module -> "pure" | "shell" as listed."""
    lines = LIST.read_text(encoding="utf-8").split("\n") if LIST.exists() else []
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return {module: kind for kind, module in pairs}


def write(modules: dict[str, str]) -> None:
    """Write the list, pure modules first."""
    ordered = sorted(modules.items(), key=lambda item: (item[1], item[0]))
    LIST.write_text("".join(f"{kind:6}{module}\n" for module, kind in ordered), encoding="utf-8")


if __name__ == "__main__":
    known = listed()
    write({module: known.get(module, "shell") for module in on_disk()})

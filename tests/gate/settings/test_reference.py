"""The page about config.yaml is what the models say."""

from gate.settings.reference import PAGE, page


def test_the_page_is_current() -> None:
    current = PAGE.read_text(encoding="utf-8")
    assert current == page(), "run: python -m gate.settings.reference"


def test_it_names_every_section() -> None:
    for section in ("boards.NAME", "lanes.NAME.barrier", "lanes.NAME.inputs.NAME", "policy"):
        assert f"## {section}\n" in page()

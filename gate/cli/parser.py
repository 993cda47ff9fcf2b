"""The verbs of `gate` and their options.

Each verb imports what it needs when it is called, so that `gate read` starts without the web and a
camera process starts without anything of this file.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Run = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; `run` of what it parsed is the verb."""
    whole = argparse.ArgumentParser(
        prog="gate",
        description="Vehicle access control for residential communities: reads Chinese plates, "
        "checks them against residents and visitors, raises the arm, keeps the record.",
        epilog="The environment goes before config.yaml: GATE_DATA names the data folder, "
        "GATE_WEB__PORT the port of the pages, and so on for every key.",
    )
    verbs = whole.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in (
        _run,
        _demo,
        _read,
        _replay,
        _check,
        _user,
        _registry,
        _board,
        _journal,
        _keep,
        _stopped,
    ):
        add(verbs)
    return whole


# argparse has no public name for what add_subparsers returns.
Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def _config_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=Path("config.yaml"), help="the site (default: config.yaml)"
    )


def _run(verbs: Verbs) -> None:
    parser = verbs.add_parser("run", help="run the gate described in config.yaml")
    _config_option(parser)

    def run(options: argparse.Namespace) -> int:
        from gate.app.service import run_site

        return run_site(options.config)

    parser.set_defaults(run=run)


def _demo(verbs: Verbs) -> None:
    parser = verbs.add_parser(
        "demo", help="run a whole site on this machine: emulated boards, cameras and traffic"
    )
    parser.add_argument("--port", type=int, default=8000, help="port of the pages (default 8000)")
    parser.add_argument(
        "--data", type=Path, help="folder for database and pictures (default: a fresh one)"
    )
    parser.add_argument(
        "--pace", type=float, default=1.0, help="speed of the traffic (default 1: as in life)"
    )

    def run(options: argparse.Namespace) -> int:
        from gate.demo.command import main as demo

        return demo(port=options.port, data=options.data, pace=options.pace)

    parser.set_defaults(run=run)


def _read(verbs: Verbs) -> None:
    parser = verbs.add_parser("read", help="read the plates in pictures")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
    parser.add_argument("--crops", action="store_true", help="the pictures are cut-out plates")
    parser.add_argument("--json", action="store_true", help="one line of JSON per picture")
    parser.add_argument("--threads", type=int, default=1, help="threads (default 1)")
    parser.add_argument(
        "--second",
        action="store_true",
        help="ask EasyOCR too about doubtful plates (easyocr extra)",
    )

    def run(options: argparse.Namespace) -> int:
        from gate.cli.read import run as read

        return read(
            options.paths,
            crops=options.crops,
            as_json=options.json,
            threads=options.threads,
            second=options.second,
        )

    parser.set_defaults(run=run)


def _replay(verbs: Verbs) -> None:
    parser = verbs.add_parser(
        "replay", help="what would have happened: passages, decisions, reasons; nothing moves"
    )
    parser.add_argument("source", type=Path, metavar="VIDEO|FOLDER", help="what the camera saw")
    parser.add_argument("--lane", required=True, help="lane of config.yaml whose camera it was")
    parser.add_argument("--json", action="store_true", help="one line of JSON per passage")
    parser.add_argument(
        "--fps",
        type=float,
        default=5.0,
        help="pictures per second of a folder, and at most so many of a video (default 5)",
    )
    parser.add_argument(
        "--each", action="store_true", help="every picture of the folder is another vehicle"
    )
    _config_option(parser)

    def run(options: argparse.Namespace) -> int:
        from gate.cli.replay import run as replay

        return replay(
            options.config,
            options.source,
            options.lane,
            fps=options.fps,
            each=options.each,
            as_json=options.json,
        )

    parser.set_defaults(run=run)


def _check(verbs: Verbs) -> None:
    parser = verbs.add_parser("check", help="check the configuration and every device in it")
    _config_option(parser)

    def run(options: argparse.Namespace) -> int:
        from gate.cli.check import run as check

        return check(options.config)

    parser.set_defaults(run=run)


def _user(verbs: Verbs) -> None:
    parser = verbs.add_parser("user", help="people who may log in")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser(
        "add", help="add a user; the password is asked for, or read from stdin"
    )
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", required=True, choices=["guard", "manager", "auditor", "admin"])
    _config_option(add)

    def run(options: argparse.Namespace) -> int:
        from gate.cli.users import add_user

        return add_user(options.config, options.name, options.role)

    add.set_defaults(run=run)


def _registry(verbs: Verbs) -> None:
    parser = verbs.add_parser("registry", help="bring the registry in, take it out")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    bring = actions.add_parser("import", help="read a spreadsheet (xlsx, xls, ods, csv …)")
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument(
        "--dry-run", action="store_true", help="show what would change; change nothing"
    )
    bring.add_argument(
        "--refused", type=Path, metavar="XLSX", help="write the rows that are not taken here"
    )
    empty = actions.add_parser("template", help="write a spreadsheet to fill in")
    empty.add_argument("file", type=Path, metavar="XLSX")
    take = actions.add_parser("export", help="write a spreadsheet that can be imported again")
    take.add_argument("file", type=Path, metavar="FILE")
    for parser_ in (bring, empty, take):
        _config_option(parser_)

    def run_import(options: argparse.Namespace) -> int:
        from gate.cli.registry import import_file

        return import_file(
            options.config, options.file, dry_run=options.dry_run, refused=options.refused
        )

    def run_template(options: argparse.Namespace) -> int:
        from gate.cli.registry import template_file

        return template_file(options.config, options.file)

    def run_export(options: argparse.Namespace) -> int:
        from gate.cli.registry import export_file

        return export_file(options.config, options.file)

    bring.set_defaults(run=run_import)
    empty.set_defaults(run=run_template)
    take.set_defaults(run=run_export)


def _board(verbs: Verbs) -> None:
    parser = verbs.add_parser("board", help="try a relay board by hand, its frames shown")
    parser.add_argument("port", metavar="PORT", help="/dev/serial/by-path/… or socket://host:port")
    parser.add_argument(
        "--protocol", required=True, choices=["lcus", "waveshare", "lctech", "kmtronic", "numato"]
    )
    parser.add_argument("--address", type=int, help="unit address (default: the protocol's usual)")
    parser.add_argument("--baud", type=int, default=9600, help="bits per second (default 9600)")
    parser.add_argument("--relays", type=int, help="number of relays (default: the usual)")
    parser.add_argument("--inputs", type=int, help="number of inputs (default: the usual)")
    parser.add_argument("--silent", action="store_true", help="the board never answers")
    parser.add_argument("--local-echo", action="store_true", help="the adapter echoes")
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    actions.add_parser("status", help="relays, inputs and identity")
    pulse = actions.add_parser("pulse", help="energise one relay for a moment: the arm may move!")
    pulse.add_argument("channel", type=int, metavar="CHANNEL", help="1, 2, … as printed")
    pulse.add_argument("--ms", type=int, default=500, help="milliseconds (default 500)")
    actions.add_parser("watch", help="show the inputs as they change; Ctrl-C ends it")
    parser.set_defaults(run=_run_board)


def _run_board(options: argparse.Namespace) -> int:
    from gate.cli.board import run

    return run(options)


def _journal(verbs: Verbs) -> None:
    parser = verbs.add_parser("journal", help="the record")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="find any entry that was changed or removed")
    _config_option(verify)

    def run(options: argparse.Namespace) -> int:
        from gate.cli.journal import verify as verify_journal

        return verify_journal(options.config)

    verify.set_defaults(run=run)


def _keep(verbs: Verbs) -> None:
    backup = verbs.add_parser("backup", help="copy database and pictures while the gate runs")
    backup.add_argument("folder", type=Path, metavar="FOLDER")
    restore = verbs.add_parser("restore", help="put a backup in place; the gate must be stopped")
    restore.add_argument("folder", type=Path, metavar="FOLDER")
    for parser in (backup, restore):
        _config_option(parser)

    def run_backup(options: argparse.Namespace) -> int:
        from gate.cli.journal import backup as make

        return make(options.config, options.folder)

    def run_restore(options: argparse.Namespace) -> int:
        from gate.cli.journal import restore as put_back

        return put_back(options.config, options.folder)

    backup.set_defaults(run=run_backup)
    restore.set_defaults(run=run_restore)


def _stopped(verbs: Verbs) -> None:
    """Verbs for which the gate must be stopped."""
    database = verbs.add_parser("database", help="the way back to an earlier release's tables")
    actions = database.add_subparsers(required=True, metavar="ACTION")
    back = actions.add_parser("back", help="take the database back; the gate must be stopped")
    back.add_argument("revision", help="the earlier release's revision, e.g. 0002")
    key = verbs.add_parser("key", help="the key that seals pictures and personal fields")
    actions = key.add_subparsers(required=True, metavar="ACTION")
    rotate = actions.add_parser("rotate", help="seal with a new key from the next start on")
    for parser in (back, rotate):
        _config_option(parser)

    def run_back(options: argparse.Namespace) -> int:
        from gate.cli.database import back as go_back

        return go_back(options.config, options.revision)

    def run_rotate(options: argparse.Namespace) -> int:
        from gate.cli.database import rotate_key

        return rotate_key(options.config)

    back.set_defaults(run=run_back)
    rotate.set_defaults(run=run_rotate)

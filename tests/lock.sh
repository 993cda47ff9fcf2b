#!/bin/sh
# Pins what runs at a gate, and what develops and tests it: every package by name, version and the
# hashes of all its files, for all platforms and Pythons that pyproject.toml allows, and no address
# in it. torch alone is not in the lock of the tools: its build without CUDA is another file under
# the same version, in an index of its own; pyproject.toml pins the version. Run it to take newer
# releases (`sh tests/lock.sh --upgrade`), then `make test`.
set -eu
cd "$(dirname "$0")/.."
# uv is in the extra "dev": `pip install -e '.[dev]'`, or any uv on the PATH.
[ -x .venv/bin/uv ] && UV=${UV:-.venv/bin/uv}
UV=${UV:-uv}
lock() {
    target=$1
    shift
    "$UV" pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --custom-compile-command "sh tests/lock.sh" \
        --output-file "$target" "$@"
}
lock requirements.lock "$@" pyproject.toml
printf 'psycopg[binary]>=3.2\n' | lock requirements-postgres.lock "$@" --constraint requirements.lock -
without=$(mktemp)
trap 'rm -f "$without"' EXIT
printf "torch ; sys_platform == 'none'\n" > "$without"
# What torch itself needs, on every machine.
printf 'filelock\nfsspec\njinja2\nnetworkx\nsetuptools\nsympy\n' |
    lock requirements-dev.lock "$@" --constraint requirements.lock \
        --constraint requirements-postgres.lock --override "$without" --no-emit-package torch \
        --extra dev pyproject.toml -

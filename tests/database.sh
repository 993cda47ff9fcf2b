#!/bin/sh
# The tests run everything on PostgreSQL too: its programs must be there, a server need not run.
# Installs them where apt is at hand and allowed; says what to install elsewhere.
set -eu
have_postgres() {
    command -v initdb >/dev/null 2>&1 && return 0
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
        [ -x "$folder/initdb" ] && return 0
    done
    return 1
}
have_postgres && exit 0
if command -v apt-get >/dev/null 2>&1; then
    root=""
    [ "$(id -u)" = 0 ] || root="sudo"
    $root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends postgresql >/dev/null
    have_postgres && exit 0
fi
echo "The tests of the database need PostgreSQL's programs (initdb, postgres): install the package" >&2
echo "postgresql (Debian's name) and run the command again." >&2
exit 1

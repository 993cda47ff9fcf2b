#!/bin/sh
# The tests of the pages need a Chromium and a Chinese font. Installs both where apt is at hand and
# allowed; says what to install elsewhere.
set -eu
have_browser() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}
have_font() { fc-list :lang=zh 2>/dev/null | grep -q .; }
have_browser && have_font && exit 0
if command -v apt-get >/dev/null 2>&1; then
    root=""
    [ "$(id -u)" = 0 ] || root="sudo"
    $root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null
    have_browser && exit 0
fi
echo "The tests of the pages need Chromium and a Chinese font: install the packages chromium and" >&2
echo "fonts-noto-cjk (Debian's names) and run the command again." >&2
exit 1

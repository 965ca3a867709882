#!/bin/sh
# What the Makefile needs on a machine with only Python 3.11 and make. What cannot be had is named in one line and fails.
set -eu
PYTHON=${PYTHON:-python3}
BIN=.venv/bin

fail() { echo "install: $1" >&2; exit 1; }

as_root_install() {
    [ "$(id -u)" = 0 ] || fail "missing $1; as root: apt-get install $2"
    command -v apt-get >/dev/null || fail "missing $1, and there is no apt-get to install $2 with"
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $2 >/dev/null \
        || fail "apt-get could not install $2"
}

venv() {
    [ -x $BIN/pip ] && return
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$PYTHON is older than Python 3.11"
    # Debian parts the venv module from Python.
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || as_root_install "Python's venv" python3-venv
    "$PYTHON" -m venv .venv || fail "could not make a virtual environment"
}

packages() {
    # The lock names everything: pip must not look for what is newer, which it does for requirements with extras.
    $BIN/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$1" \
        || fail "pip could not install the packages of $1"
    $BIN/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . \
        || fail "pip could not install Paihao itself"
}

case "$1" in
runtime) venv; packages requirements.lock ;;
dev) venv; packages requirements-dev.lock ;;
browser)
    command -v espeak-ng >/dev/null || as_root_install "espeak-ng, which speaks" espeak-ng
    if command -v chromium >/dev/null && fc-list ':lang=zh' 2>/dev/null | grep -q .; then exit 0; fi
    if [ "$(id -u)" = 0 ]; then
        as_root_install "Chromium with Chinese fonts" "chromium fonts-noto-cjk fontconfig"
    else
        $BIN/playwright install chromium >/dev/null || fail "Chromium: Playwright could not download it"
    fi ;;
*) fail "unknown step $1" ;;
esac

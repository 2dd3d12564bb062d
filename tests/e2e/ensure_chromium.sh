#!/bin/sh
# A Chromium or Chrome for the browser tests: one that is there, or Debian's where we may install:
# the one without windows, which takes a fifth less of the processor and of the network.
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] && exit 0
[ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's Chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    for package in chromium-headless-shell chromium; do
        apt-get install -y -qq "$package" >/dev/null && exit 0
    done
fi
echo "The browser tests need Chromium or Chrome: install one (Debian/Ubuntu: sudo apt-get install chromium), or set CHROMIUM to its path." >&2
exit 1

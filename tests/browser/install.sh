#!/bin/sh
# Finds or installs a Chromium for the browser tests: one on the PATH, the
# distribution's own where we may install it, or the one that Playwright downloads.
set -eu
if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-liberation >/dev/null
    exit 0
fi
exec .venv/bin/playwright install chromium

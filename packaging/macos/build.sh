#!/usr/bin/env bash
# Builds dist/Drover.app for macOS: `packaging/macos/build.sh`. Needs git, python3 and the command line tools of Xcode.
# UNTESTED: written from the documentation of PyInstaller and Apple; nobody has run it yet.
# What it makes is signed for this computer only. To give it to others, sign it with a Developer ID and have it notarised.
set -euo pipefail
cd "$(dirname "$0")/../.."

packaging/environment.sh
.venv/bin/python packaging/icon.py resources/icons/drover.svg build/drover.icns
packaging/freeze.sh
codesign --force --deep --sign - dist/Drover.app
QT_QPA_PLATFORM=offscreen dist/Drover.app/Contents/MacOS/drover --self-test

#!/usr/bin/env bash
# Builds dist/drover for Linux and lets it prove itself: `make package`.
# The folder runs in place. Its share/ holds the menu entry, the icon and the description that a distribution installs.
set -euo pipefail
cd "$(dirname "$0")/../.."

packaging/freeze.sh
share=dist/drover/share
install -D -m 644 packaging/linux/dev.drover.Drover.desktop -t "$share/applications"
install -D -m 644 packaging/linux/dev.drover.Drover.metainfo.xml -t "$share/metainfo"
install -D -m 644 resources/icons/drover.svg "$share/icons/hicolor/scalable/apps/dev.drover.Drover.svg"

QT_QPA_PLATFORM=offscreen dist/drover/drover --self-test
du -sh dist/drover

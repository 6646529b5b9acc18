#!/usr/bin/env bash
# Sees that the Debian packages are there that Python wheels cannot bring: venv for python3, and the libraries that Qt and
# the local model load.
#   system_packages.sh offscreen    to run without a display: demonstration, command line
#   system_packages.sh test         to run every test: without strace, those that need it are skipped and say so
#   system_packages.sh window       to open a window on X11 or Wayland as well
#   system_packages.sh package      to freeze the program into a folder as well
# As root, what is missing is installed. Anyone else is told the one line to run, and it ends with status 2.
# With everything there, apt is not called. On other systems it only says what may be missing.
set -euo pipefail

offscreen=(python3-venv ca-certificates libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0
  libgomp1 fonts-dejavu-core)
window=(libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
  libxcb-xkb1 libxkbcommon-x11-0 libx11-xcb1 libwayland-cursor0 libwayland-egl1)
# Some tests look at what the program opens; they, and nothing else, do without where nobody may install it.
wished=()
# PyInstaller reads what a library needs with objdump, and packs the library of the interpreter.
package=(binutils "libpython$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')")

case ${1:-} in
offscreen) wanted=("${offscreen[@]}") ;;
test)
  wanted=("${offscreen[@]}")
  wished=(strace)
  ;;
window) wanted=("${offscreen[@]}" "${window[@]}") ;;
package) wanted=("${offscreen[@]}" "${window[@]}" "${package[@]}") ;;
*)
  sed -n '2,9s/^# //p' "$0" >&2
  exit 64
  ;;
esac

if [[ $(uname -s) != Linux ]]; then exit 0; fi
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  if [[ ! -e .venv/.ready ]]; then
    echo "This is not Debian. If Qt does not start, install what it names; on Debian the packages are: ${wanted[*]}" >&2
  fi
  exit 0
fi

# A package counts as there too when another provides it (Ubuntu renames some with a suffix, as libglib2.0-0t64).
installed() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package} ${Provides}\n' | sed -n 's/^installed //p'
}

names=$(installed | tr -d ',' | tr ' ' '\n')
missing=()
lack() {
  local name
  missing=()
  for name in "$@"; do
    grep -qx -- "$name" <<<"$names" || missing+=("$name")
  done
  [[ ${#missing[@]} -gt 0 ]]
}
if ! lack "${wanted[@]}" "${wished[@]}"; then exit 0; fi
if [[ $(id -u) -ne 0 ]] && ! lack "${wanted[@]}"; then exit 0; fi

if [[ $(id -u) -ne 0 ]]; then
  echo "Drover needs some Debian packages that are not here. Run this, then the same command again:" >&2
  echo "  sudo apt install ${missing[*]}" >&2
  exit 2
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

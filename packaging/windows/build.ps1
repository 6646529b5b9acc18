# Builds dist\drover for Windows: `powershell -File packaging\windows\build.ps1`. Needs git and Python 3.11 to 3.13.
# UNTESTED: written from the documentation of PyInstaller and uv; nobody has run it yet.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..\..")

function Invoke-Checked {
    & $args[0] $args[1..($args.Length - 1)]
    if ($LASTEXITCODE -ne 0) { throw "$($args -join ' ') ended with $LASTEXITCODE" }
}

if (-not (Get-Command uv -ErrorAction SilentlyContinue)) {
    Invoke-Checked py -3 -m venv .tools
    Invoke-Checked .tools\Scripts\python -m pip install --quiet uv==0.13.9
    $env:PATH = "$PWD\.tools\Scripts;$env:PATH"
}

# An environment of its own, with Drover as a wheel, so that what is frozen is what was packed.
$env:UV_PROJECT_ENVIRONMENT = "build\environment"
Invoke-Checked uv sync --frozen --no-editable --no-dev --group package --extra local
$env:QT_QPA_PLATFORM = "offscreen"
Invoke-Checked build\environment\Scripts\python packaging\icon.py resources\icons\drover.svg build\drover.ico
Invoke-Checked build\environment\Scripts\python -m PyInstaller --noconfirm --log-level WARN --workpath build\work --distpath dist packaging\drover.spec
Invoke-Checked dist\drover\drover.exe --self-test

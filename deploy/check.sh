#!/usr/bin/env bash
# Runs the steps of the Dockerfile in a clean folder and environment, without a container: install, warm, serve, ask.
set -euo pipefail
root=$(mktemp -d)
trap 'kill "${service:-}" 2>/dev/null || true; rm -rf "$root"' EXIT
cd "$(dirname "$0")/.."
while read -r _ name; do export "$name"; done < <(sed -n 's/^ *\(ENV \)\{0,1\}\(NUMBA_CPU[A-Z_]*=[^ ]*\).*/x \2/p' Dockerfile)
export NUMBA_CACHE_DIR="$root/cache"
unset PYTHONPATH
mkdir "$root/source"
cp -r pyproject.toml constraints.txt README.md LICENSE MANIFEST.in src "$root/source"
python3 -m venv "$root/venv"
export PATH="$root/venv/bin:$PATH"
extras=$(sed -n "s/^RUN pip install .*'\.\(\[.*\]\)'.*/\1/p" Dockerfile)
(cd "$root/source" && pip install --quiet --constraint constraints.txt ".$extras")
cd "$root"
tigertail warm
tigertail simulate world --listeners 300 --artists 250 >/dev/null
tigertail fit world model >/dev/null
tigertail serve model --port 8765 --feedback none 2>/dev/null &
service=$!
for _ in $(seq 300); do
    python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8765/health/ready', timeout=2)" 2>/dev/null && break
    sleep 0.2
done
python -c "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8765/health/ready', timeout=2).read().decode())"

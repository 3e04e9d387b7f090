#!/usr/bin/env bash
# Makes (or finds) the environment in which the guards run, and prints the path of its Python.
#   usage: lib/setup.sh [LOCK]      LOCK: a hash-locked requirements file (lib/requirements.lock)
# The environment lies outside every checkout and is keyed by the lock, the Python, the platform and this folder. Nothing is
# built: wheels with known hashes only, and the project itself goes onto the path.
set -euo pipefail

# A consumer's settings for pip, uv or Python are not ours.
unset "${!PIP_@}" "${!UV_@}" "${!PYTHON@}"

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
lock="${1:-$root/lib/requirements.lock}"

say() { printf 'agent-guards: %s\n' "$*" >&2; }

# A candidate counts when it runs: on Windows `python3` may be a door to the store.
key_of='
import hashlib, platform, sys
if sys.version_info < (3, 11): sys.exit(1)
seed = "|".join([sys.version, platform.machine(), sys.platform, sys.base_prefix, sys.argv[2]]).encode()
print(hashlib.sha256(seed + open(sys.argv[1], "rb").read()).hexdigest()[:20])
'
python="" key=""
for candidate in "${AGENT_GUARDS_PYTHON:-}" python3 python python3.14 python3.13 python3.12 python3.11; do
  if [ -n "$candidate" ] && key="$("$candidate" -I -c "$key_of" "$lock" "$root" 2>/dev/null)"; then
    python="$candidate"
    break
  fi
done
if [ -z "$python" ]; then
  say "no Python 3.11 or newer was found."
  say "  Install one (on a runner: actions/setup-python), or name it in AGENT_GUARDS_PYTHON."
  exit 3
fi

cache="${AGENT_GUARDS_CACHE:-${RUNNER_TEMP:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}}/agent-guards}"
environment="$cache/$key"
bin=bin
case "$(uname -s)" in MINGW* | MSYS* | CYGWIN*) bin=Scripts ;; esac

if [ ! -f "$environment/ready" ]; then
  mkdir -p "$cache"
  # Made beside its place and moved there whole: two jobs at once cannot see each other's half.
  making="$(mktemp -d "$cache/making.XXXXXX")"
  trap 'rm -rf "$making"' EXIT
  if command -v uv >/dev/null 2>&1; then
    uv --no-config venv --quiet --python "$("$python" -I -c 'import sys; print(sys.executable)')" --allow-existing "$making"
    uv --no-config pip install --quiet --python "$making/$bin/python" --require-hashes --only-binary :all: --no-deps -r "$lock" >&2
  else
    pip=("$python" -I -m pip --python "$making/$bin/python")
    if ! "$python" -I -m venv --without-pip "$making" >&2; then
      say "this Python cannot make virtual environments. Install uv, or on Debian and Ubuntu: apt-get install python3-venv"
      exit 3
    fi
    if ! "${pip[@]}" --version >/dev/null 2>&1; then
      pip=("$making/$bin/python" -I -m pip)
      if ! "$python" -I -m venv "$making" >&2; then
        say "this Python has no pip. Install uv, or on Debian and Ubuntu: apt-get install python3-venv"
        exit 3
      fi
    fi
    "${pip[@]}" install --isolated --quiet --disable-pip-version-check --no-input \
      --require-hashes --only-binary :all: --no-deps -r "$lock" >&2
  fi
  "$making/$bin/python" -I "$root/lib/link.py" "$root"
  touch "$making/ready"
  mv "$making" "$environment" 2>/dev/null || [ -f "$environment/ready" ]
fi
printf '%s\n' "$environment/$bin/python"

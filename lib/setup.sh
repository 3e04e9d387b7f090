#!/usr/bin/env bash
# Makes (or finds) the environment in which the guards run, and prints the path of its Python.
#   usage: lib/setup.sh [LOCK]      LOCK: a hash-locked requirements file (lib/requirements.lock)
# Nothing is built: wheels with known hashes go into a folder keyed by the lock, the Python and the platform, and an environment for
# this folder puts them and the project onto its path. Both lie in the first of these places that can be written:
#   $AGENT_GUARDS_CACHE   what you choose; on a machine of your own ${{ runner.tool_cache }} makes later jobs start faster, at the
#                         price that what earlier jobs left there is trusted
#   $RUNNER_TEMP          on a runner: empty when a job begins, so nobody else's job has prepared it, and gone when it ends
#   $XDG_CACHE_HOME, ~/.cache, $TMPDIR, /tmp
# No bash beyond 3.2, which macOS has.
set -euo pipefail

# A consumer's settings for pip, uv or Python are not ours, nor are those of a checkout.
unset "${!PIP_@}" "${!UV_@}" "${!PYTHON@}" VIRTUAL_ENV CONDA_PREFIX CDPATH

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
lock="${1:-$root/lib/requirements.lock}"

say() { printf 'agent-guards: %s\n' "$*" >&2; }

# Ends with what is wrong and what to do; on a runner as an annotation, because nobody reads a green log.
give_up() {
  local line="$*"
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    printf '::error title=agent-guards cannot start::%s\n' "${line//%/%25}" >&2
  else
    say "$line"
  fi
  exit 3
}

# A candidate counts when it runs: on Windows `python3` may be a door to the store.
facts_of='
import hashlib, os, platform, sys, sysconfig
if sys.version_info < (3, 11): sys.exit(1)
key = lambda *parts: hashlib.sha256(b"|".join(parts)).hexdigest()[:20]
kind = "|".join([sys.version, platform.machine(), sys.platform, sys.base_prefix]).encode()
read = lambda *path: open(os.path.join(*path), "rb").read()
lock, root = sys.argv[1:]
packages = key(kind, read(lock))
project = key(packages.encode(), os.fsencode(root), read(root, "pyproject.toml"), read(root, "lib", "link.py"))
sys.stdout.write(" ".join(["packages-" + packages, project, os.path.basename(sysconfig.get_path("scripts", "venv"))]))
'
find_python() {
  local candidate
  for candidate in "${AGENT_GUARDS_PYTHON:-}" python3 python python3.14 python3.13 python3.12 python3.11; do
    if [ -n "$candidate" ] && facts="$("$candidate" -I -c "$facts_of" "$lock" "$root" 2>/dev/null)"; then
      python="$candidate"
      return
    fi
  done
  give_up "no Python 3.11 or newer was found. Install one (on a runner: actions/setup-python before this step)," \
    "or name it in AGENT_GUARDS_PYTHON."
}

ready() { [ -f "$cache/$1/ready" ]; }

# The first place that holds the environment already, or in which it can be made.
find_place() {
  local place shared
  shared="${TMPDIR:-/tmp}/agent-guards-$(id -u)"
  for place in "${AGENT_GUARDS_CACHE:-}" "${RUNNER_TEMP:+$RUNNER_TEMP/agent-guards}" \
    "${XDG_CACHE_HOME:+$XDG_CACHE_HOME/agent-guards}" "${HOME:+$HOME/.cache/agent-guards}" "$shared"; do
    if [ -n "$place" ] && mkdir -p -m 700 "$place" 2>/dev/null; then
      # Where everybody may write, a folder of that name counts only when it is ours.
      if [ "$place" = "$shared" ] && { [ ! -O "$place" ] || [ -L "$place" ]; }; then continue; fi
      cache="$(cd "$place" && pwd -P)"
      if { ready "$packages" && ready "$project"; } || [ -w "$cache" ]; then return; fi
    fi
  done
  give_up "no folder can be written in which to make the environment. Name one in AGENT_GUARDS_CACHE."
}

pip() { "$with_pip" -I -m pip --isolated --disable-pip-version-check --no-input "$@"; }

# Debian and its kin ship Python without pip: where python3-venv is installed, an environment of its own brings one.
# Asking pip for its configuration shows whether it is there, too.
find_pip() {
  with_pip="$python"
  if decisions="$(pip config list 2>/dev/null)"; then return; fi
  with_pip="$making/pip/$bin/python"
  "$python" -I -m venv "$making/pip" >/dev/null 2>&1 && decisions="$(pip config list 2>/dev/null)"
}

# What the administrator of this machine decided for pip (a mirror, a certificate) holds for uv as well.
decided() { printf '%s\n' "$decisions" | sed -n "s/^global\.$1='\(.*\)'\$/\1/p"; }

# Wheels with known hashes, nothing resolved, nothing left behind; what a run imports is compiled then.
only_these="--quiet --require-hashes --only-binary :all: --no-deps"
quietly="--no-cache-dir --no-compile --root-user-action ignore"

install_by_uv() (
  rm -rf "$making/packages"
  index="$(decided index-url)" certificate="$(decided cert)"
  if [ -n "$certificate" ]; then export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificate}"; fi
  # shellcheck disable=SC2086
  "$1" --no-config pip install --no-cache ${index:+--default-index "$index"} \
    --python "$making/environment/$bin/python" --target "$making/packages" $only_these -r "$lock" >&2
)

# uv takes a fraction of pip's time: where it is missing, fetching it first pays (tests/bench/bench_setup.py).
fetch_uv() {
  # shellcheck disable=SC2086
  pip install --retries 1 $only_these $quietly --target "$making/tools" -r "$root/lib/installer.lock" >/dev/null 2>&1
}

install_by_pip() {
  rm -rf "$making/packages"
  # shellcheck disable=SC2086
  pip install $only_these $quietly --target "$making/packages" -r "$lock" >&2
}

install() {
  local has_pip=true
  find_pip || has_pip=false decisions=""
  if uv --version >/dev/null 2>&1 && install_by_uv uv; then return; fi
  $has_pip || give_up "this Python has no pip, and there is no uv that works. Install one of them;" \
    "on Debian and Ubuntu: apt-get install python3-pip."
  if fetch_uv && install_by_uv "$making/tools/bin/uv"; then return; fi
  install_by_pip || give_up "the packages of ${lock##*/} could not be installed; the lines above say why. They come from PyPI," \
    "or from where this machine's own pip configuration (pip config list) points."
}

# Made beside their places and moved there whole: two jobs at once cannot see each other's half, and a killed one leaves nothing
# that anybody would take for finished.
make() {
  making="$(mktemp -d "$cache/making.XXXXXX")" || give_up "no folder can be made in $cache."
  trap 'rm -rf "$making"' EXIT
  find "$cache" -maxdepth 1 -name 'making.*' -mtime +0 -exec rm -rf {} + 2>/dev/null || true
  "$python" -I -m venv --without-pip "$making/environment" >&2 ||
    give_up "this Python cannot make virtual environments; the lines above say why."
  ready "$packages" || install
  "$python" -I "$root/lib/link.py" "$root" "$making" "$cache/$packages" "$cache/$project" ||
    give_up "the environment could not be put into its place; the lines above say why."
}

find_python
packages="${facts%% *}" bin="${facts##* }" project="${facts#* }"
project="${project%% *}"
find_place
{ ready "$packages" && ready "$project"; } || make
printf '%s\n' "$cache/$project/$bin/python"

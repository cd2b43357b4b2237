#!/usr/bin/env bash
# Installs a locked environment for make, and says in one line what stands in its way. An environment that is not
# complete has no .ready: the next make tries again.
#   deploy/install.sh PYTHON FOLDER MEGABYTES [options of uv sync]
set -euo pipefail
python=$1 folder=$2 needed=$3
shift 3
uv=.tools/bin/uv log=.tools/install.log

fail() {
  echo "cannot install: $1" >&2
  exit 1
}

# tells the likeliest cause of a failed command from what it printed
blame() {
  if grep -qiE 'no space left|disk quota' "$log"; then
    fail "the disk is full; free $needed MB and run make again"
  fi
  if grep -qiE 'dns error|name resolution|failed to fetch|error sending request|connection|connecterror|network|timed out|no matching distribution' "$log"; then
    fail "the package index cannot be reached; see that this machine has a network (or a proxy in HTTPS_PROXY) and run make again"
  fi
  fail "$(grep -v '^ *$' "$log" | tail -1) (all of it: $log)"
}

rm -f "$folder/.ready"
command -v "$python" > /dev/null ||
  fail "Python 3.11 is needed, and there is no '$python'; install it, or name it: make PYTHON=/path/to/python3.11"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null) || version="not a Python"
[ "$version" = 3.11 ] ||
  fail "Python 3.11 is needed, and '$python' is $version; name the right one: make PYTHON=/path/to/python3.11"
"$python" -c 'import ensurepip, venv' 2> /dev/null ||
  fail "'$python' cannot make environments; on Debian: apt install python3.11-venv"
free=$(df -Pm . | awk 'NR == 2 {print $4}')
[ -e "$folder/bin/python" ] || [ "$free" -ge "$needed" ] ||
  fail "the disk has $free MB free and $needed are needed; free some and run make again"

mkdir -p .tools 2> /dev/null || fail "this folder cannot be written to; run make as the one it belongs to"
if [ ! -x "$uv" ]; then
  { "$python" -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check uv==0.13.9; } > "$log" 2>&1 || blame
fi
[ "$folder" != .tools ] || exit 0
UV_PROJECT_ENVIRONMENT=$folder "$uv" sync --frozen --python "$python" "$@" > "$log" 2>&1 || blame
touch "$folder/.ready"

#!/usr/bin/env bash
# Fetches a nats-server for the tests from Debian's packages, without installing anything, and prints where it is.
# get-server.sh [DIRECTORY [SUITE...]]: the default directory is nats in the user's cache; the suites are tried in order, by default sid (2.14 or later) and trixie (2.10).
set -u -o pipefail
directory=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/crosschannels/nats}
suites=("${@:2}")
[ ${#suites[@]} -gt 0 ] || suites=(sid trixie)
for suite in "${suites[@]}"; do
    server=$directory/$suite/usr/sbin/nats-server
    [ -x "$server" ] || server=$directory/$suite/usr/bin/nats-server
    if [ -x "$server" ]; then echo "$server"; exit 0; fi
done

for tool in apt-get dpkg dpkg-deb; do
    command -v "$tool" >/dev/null || { echo "There is no $tool here: install nats-server 2.10.27 or later, and name it in NATS_SERVER." >&2; exit 1; }
done
# The mirror that this machine uses for Debian itself; another distribution has none, and takes nothing from here.
mirror=$(apt-get update --print-uris 2>/dev/null | sed -n "s|^'\\(.*/debian\\)/dists/.*|\\1|p" | head -n 1)
[ -n "$mirror" ] || { echo "No mirror of Debian is configured: install nats-server 2.10.27 or later, and name it in NATS_SERVER." >&2; exit 1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
for suite in "${suites[@]}"; do
    state=$work/$suite
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/download"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$state/sources.list"
    options=(-o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$state/lists"
        -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=1 -o Acquire::http::Timeout=30)
    apt-get -qq "${options[@]}" update >&2 || continue
    (cd "$state/download" && apt-get -qq "${options[@]}" download nats-server >&2) || continue
    mkdir -p "$directory" && dpkg-deb -x "$state"/download/*.deb "$state/unpacked" || continue
    rm -rf "${directory:?}/$suite" && mv "$state/unpacked" "$directory/$suite" || continue
    server=$(find "$directory/$suite" -name nats-server -type f -perm -u+x | head -n 1)
    if [ -n "$server" ] && "$server" --version >/dev/null 2>&1; then echo "$server"; exit 0; fi
done
echo "No suite of ${suites[*]} gave a nats-server that runs here: install 2.10.27 or later, and name it in NATS_SERVER." >&2
exit 1

#!/usr/bin/env bash
# Installs what is missing, builds, and supervises a real FFmpeg that encodes its test picture and tone:
# to the RTMP server on 127.0.0.1:1935 where one is up, else to HLS files in a temporary folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

started=$SECONDS

span() {
  if [ "$1" -lt 60 ]; then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi
}

# step WHAT COMMAND...   says what is done, and how long it took
step() {
  local what=$1 begun=$SECONDS
  shift
  echo "$what ..."
  "$@"
  echo "$what: $(span $((SECONDS - begun)))"
}

# shellcheck disable=SC2317  # called by step
configure() {
  [ -f build/release/build.ninja ] ||
    cmake --preset release -DFFSUPERVISOR_TESTS=OFF --log-level=WARNING >/dev/null
}

step "Installing packages" etc/packages.sh build run
step "Configuring" configure
step "Building" cmake --build --preset release --parallel "$(nproc)" --target ffsupervisor
binary=$PWD/build/release/supervisor/ffsupervisor

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port=${METRICS_PORT:-9090}
if [ -z "${METRICS_PORT:-}" ]; then
  while listens "$port"; do port=$((port + 1)); done
  [ "$port" = 9090 ] || echo "Port 9090 is taken: metrics and health are on $port."
fi

work=$(mktemp -d -t ffsupervisor-quickstart.XXXXXX)
if listens 1935; then
  target=rtmp://127.0.0.1:1935/live/quickstart
  output=(-f flv "$target")
else
  target=$work/stream.m3u8
  output=(-f hls -hls_time 2 -hls_list_size 6 -hls_flags delete_segments "$target")
fi

# Job control puts the supervisor into a process group of its own: Ctrl-C comes here alone and is passed on
# once. (Twice would mean: at once, without grace.) The death signal is for a script that is killed.
set -m
METRICS_PORT=$port STREAM_FREEZE_TIMEOUT=${STREAM_FREEZE_TIMEOUT:-5} \
  setpriv --pdeathsig TERM "$binary" --name quickstart \
  ffmpeg -loglevel warning -re -f lavfi -i testsrc2=size=640x360:rate=25 \
    -re -f lavfi -i sine=frequency=440:sample_rate=44100 \
    -c:v libx264 -preset veryfast -b:v 800k -g 50 -pix_fmt yuv420p -c:a aac -b:a 96k \
    "${output[@]}" </dev/null &
supervisor=$!

stopping=
# shellcheck disable=SC2317  # called by the trap
stop() {
  [ -n "$stopping" ] || kill -TERM "$supervisor" 2>/dev/null || true
  stopping=yes
}
trap stop INT TERM HUP
trap 'rm -rf "$work"' EXIT

running() { kill -0 "$supervisor" 2>/dev/null; }
on_air() { "$binary" healthcheck readiness --url "http://127.0.0.1:$port" >/dev/null 2>&1; }

explain() {
  cat <<TEXT

On air after $(span $((SECONDS - started))): $target

  live page   http://127.0.0.1:$port/            its buttons work where FFSUPERVISOR_TOKEN was set
  metrics     http://127.0.0.1:$port/metrics
  readiness   http://127.0.0.1:$port/health/readiness
  streams     http://127.0.0.1:$port/api/v1/streams
  status      $binary status --url http://127.0.0.1:$port

In another terminal, as the same user:

  a crash     kill -9 \$(pgrep -P $supervisor)      FFmpeg is back at once
  a freeze    kill -STOP \$(pgrep -P $supervisor)   noticed after ${STREAM_FREEZE_TIMEOUT:-5} s, then killed and back

Ctrl-C stops everything.

TEXT
}

for ((polls = 0; polls < 150; ++polls)); do
  if [ -n "$stopping" ] || ! running; then break; fi
  if on_air; then
    explain
    break
  fi
  sleep 0.2
done

# A trapped signal ends `wait` early, so wait until the supervisor is really gone.
while running; do wait "$supervisor" || true; done
code=0
wait "$supervisor" || code=$?
exit "$code"

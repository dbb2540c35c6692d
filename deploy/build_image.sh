#!/usr/bin/env bash
# Builds the image with docker or podman; further arguments go to the build command.
#   IMAGE=eventwire:0.1.0  name of the image       BASE=...  another base image with Python 3.11 to 3.13
#   ENGINE=podman          docker where both exist
set -euo pipefail
cd "$(dirname "$0")/.."
engine=${ENGINE:-$(command -v docker || command -v podman || true)}
if [ -z "$engine" ]; then
  echo "Neither docker nor podman is installed. Install one of them, or set ENGINE." >&2
  exit 2
fi
arguments=(--tag "${IMAGE:-eventwire:latest}")
if [ -n "${BASE:-}" ]; then arguments+=(--build-arg "BASE=$BASE"); fi
# Podman keeps health checks in the docker format only.
if [[ "$engine" == *podman ]]; then arguments+=(--format docker); fi
exec "$engine" build "${arguments[@]}" "$@" .

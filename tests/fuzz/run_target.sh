#!/bin/sh
# Runs one fuzz target for a while: 15 s, or 5 minutes with TENON_TEST_FULL=1. A crash leaves its
# input in the working corpus's folder and prints how to reproduce it.
# usage: run_target.sh PROGRAM SEED_FOLDER WORKING_FOLDER
set -eu
seconds=15
[ "${TENON_TEST_FULL:-0}" = 1 ] && seconds=300
mkdir -p "$3"
if ! "$1" "$3" "$2" -max_total_time=$seconds -max_len=65536 -timeout=10 -rss_limit_mb=2048 \
     -artifact_prefix="$3-" -print_final_stats=1; then
  echo "reproduce: $1 <the file named above>"
  exit 1
fi

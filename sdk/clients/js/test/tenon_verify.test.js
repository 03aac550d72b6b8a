import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";

const fileOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const proofs = (name) => fileOf(`../../../testdata/proofs/${name}`);

function run(...words) {
  const result = spawnSync(
    process.execPath,
    ["--no-warnings", fileOf("../bin/tenon-verify.js"), ...words],
    { encoding: "utf8" },
  );
  return { code: result.status, out: result.stdout, error: result.stderr };
}

test("tenon-verify: what is proved is one line of JSON, as the tool gives it", () => {
  const { code, out, error } = run(proofs("made.json"), "--genesis", proofs("made_genesis.json"));
  assert.equal(error, "");
  assert.equal(code, 0);
  assert.equal(out.split("\n").length, 2);
  const answer = JSON.parse(out);
  assert.deepEqual(Object.keys(answer), [
    "verified",
    "chain",
    "height",
    "record_time_us",
    "state_root",
    "keys",
    "query",
    "claimed_response",
  ]);
  assert.deepEqual(answer.keys, [
    { key: "wasm/a", present: true, value_hex: "313030" },
    { key: "wasm/b", present: true, value_hex: "" },
    { key: "wasm/nobody", present: false, value_hex: null },
  ]);
  assert.equal(answer.query, '{"function":"totals"}');
});

test("tenon-verify: a refused proof ends with 6, and its reason is on the error stream", () => {
  const { code, out, error } = run("--genesis", proofs("genesis.json"), proofs("made.json"));
  assert.equal(code, 6);
  assert.equal(out, "");
  assert.match(error, /^tenon-verify: the proof does not hold: not proved: the block belongs to /);
});

test("tenon-verify: a wrong command line ends with 2, a file that cannot be read with 1", () => {
  for (const words of [
    [],
    ["x"],
    ["--genesis", "g"],
    ["x", "--genesis"],
    ["x", "y", "--genesis", "g"],
    ["--help", "--genesis", "g"],
  ]) {
    assert.equal(run(...words).code, 2, words.join(" "));
  }
  const missing = run(proofs("nothing.json"), "--genesis", proofs("genesis.json"));
  assert.equal(missing.code, 1);
  assert.match(missing.error, /no such file/);
  assert.equal(run(proofs("made.json"), "--genesis", proofs("made.json")).code, 1);
});

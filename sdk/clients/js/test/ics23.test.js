import assert from "node:assert/strict";
import test from "node:test";

import { encodeIcs23Existence } from "../src/ics23.js";
import { sha256, toHex } from "../src/index.js";
import { End } from "../src/sparse_proof.js";
import { bytesOf, linesOf } from "../testing/vectors.js";

/** Fields of one message as [number, bytes]; numbers are left out. */
function fieldsOf(bytes) {
  const fields = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const size = varint();
    if ((tag & 7) === 2) fields.push([tag >> 3, bytes.slice(at, (at += size))]);
  }
  return fields;
}

test("ics23: every recorded proof is made again from its key, value and siblings", async () => {
  let proofs = 0;
  let deepest = 0;
  const lines = linesOf("merkle/ics23.txt");
  for (let i = 0; i < lines.length; ++i) {
    const [command, name] = lines[i].split(" ");
    if (command !== "ics23") continue;
    const expected = bytesOf(lines[++i].slice(2));
    const fields = fieldsOf(fieldsOf(expected)[0][1]);
    const key = bytesOf(name);
    const siblings = fields
      .filter(([number]) => number === 4)
      .map(([, op]) => fieldsOf(op).at(-1)[1].slice(-32))
      .reverse();
    const proof = { end: End.LEAF, other: null, siblings };
    const found = encodeIcs23Existence(proof, key, await sha256(key), fields[1][1]);
    assert.equal(toHex(found), toHex(expected));
    deepest = Math.max(deepest, siblings.length);
    ++proofs;
  }
  assert.ok(proofs > 10);
  assert.ok(deepest > 3);
});

test("ics23: what is absent, too deep or empty has no such form", async () => {
  const key = Uint8Array.of(7);
  const keyHash = await sha256(key);
  const siblings = Array.from({ length: 65 }, () => keyHash);
  const leaf = { end: End.LEAF, other: null, siblings: siblings.slice(1) };
  assert.notEqual(encodeIcs23Existence(leaf, key, keyHash, key), null);
  assert.equal(encodeIcs23Existence({ ...leaf, siblings }, key, keyHash, key), null);
  assert.equal(encodeIcs23Existence({ ...leaf, end: End.EMPTY }, key, keyHash, key), null);
  assert.equal(encodeIcs23Existence(leaf, new Uint8Array(), keyHash, key), null);
  assert.equal(encodeIcs23Existence(leaf, key, keyHash, new Uint8Array()), null);
});

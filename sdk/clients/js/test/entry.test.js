import assert from "node:assert/strict";
import test from "node:test";

import {
  decodeEntry,
  decodeReaders,
  encodeEntry,
  encodeReaders,
  entryHash,
  sha256,
  toHex,
  valueHash,
} from "../src/index.js";
import { Random, bytesOf, linesOf, refusalOf } from "../testing/vectors.js";

/** [{salt, expiresAtUs, readers (encoded), value, encoded, hash}] */
function vectors() {
  const lines = linesOf("merkle/entries.txt");
  const found = [];
  for (let i = 0; i < lines.length; i += 3) {
    const [, salt, expiry, readers, value] = lines[i].split(" ");
    found.push({
      salt: bytesOf(salt),
      expiresAtUs: BigInt(expiry),
      readers: bytesOf(readers),
      value: bytesOf(value),
      encoded: lines[i + 1].slice(2),
      hash: lines[i + 2].slice(2),
    });
  }
  return found;
}

test("entry: every shared vector has its encoding, its parts and its value hash", async () => {
  assert.ok(vectors().length >= 4);
  for (const { salt, expiresAtUs, readers, value, encoded, hash } of vectors()) {
    const entry = { salt, expiresAtUs, readers: decodeReaders(readers), value };
    assert.equal(toHex(encodeEntry(entry)), encoded);
    assert.deepEqual(decodeEntry(bytesOf(encoded)), entry);
    assert.equal(toHex(await entryHash(bytesOf(encoded))), hash);
    assert.equal(toHex(await valueHash(salt, await sha256(readers), expiresAtUs, value)), hash);
  }
});

test("entry: bytes that end before the value begins are refused, and hashed", async () => {
  for (const { encoded, value } of vectors()) {
    const whole = bytesOf(encoded);
    for (let size = 0; size < whole.length - value.length; ++size) {
      const cut = whole.slice(0, size);
      assert.throws(() => decodeEntry(cut), {
        name: "MalformedError",
        message:
          `a state entry of ${size} bytes is malformed: expected version 1, salt, expiry, ` +
          "readers, value",
      });
      assert.deepEqual(await entryHash(cut), await sha256(cut));
    }
  }
});

test("entry: readers have one order and stand once, and everybody stands alone", () => {
  assert.deepEqual(decodeReaders(encodeReaders(["bob", "alice", "bob"])), ["alice", "bob"]);
  assert.deepEqual(decodeReaders(encodeReaders(["bob", "*"])), ["*"]);
  assert.throws(() => encodeReaders(["x".repeat(65536)]), { name: "TypeError" });
  const refused = {
    "0001620001 61": /party 1 is not above/,
    "00016100 0161": /party 1 is not above/,
    "00012a000161": /"\*" stands with others/,
    "00": /ends inside a size/,
    "000261": /ends inside a party/,
    "0001ff": /not UTF-8/,
  };
  for (const [list, message] of Object.entries(refused)) {
    assert.throws(() => decodeReaders(bytesOf(list.replace(" ", ""))), {
      name: "MalformedError",
      message,
    });
  }
});

test("entry: whatever is decoded is encoded to the same bytes, or refused", async () => {
  const random = new Random(2);
  let decoded = 0;
  for (let i = 0; i < 4000; ++i) {
    const { encoded } = vectors()[random.below(vectors().length)];
    const bytes = random.damaged(bytesOf(encoded));
    const refusal = await refusalOf(() => {
      assert.deepEqual(encodeEntry(decodeEntry(bytes)), bytes);
    });
    decoded += refusal === null;
  }
  assert.ok(decoded > 0);
});

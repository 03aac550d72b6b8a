import assert from "node:assert/strict";
import test from "node:test";

import {
  Reader,
  be16,
  be32,
  be64,
  compare,
  fromBase64,
  fromHex,
  toBase64,
  toHex,
} from "../src/bytes.js";
import { Random } from "../testing/vectors.js";

test("bytes: every byte string comes back from hex and from base64", () => {
  const random = new Random(1);
  for (let size = 0; size < 70; ++size) {
    const bytes = random.bytes(size);
    assert.deepEqual(fromHex(toHex(bytes)), bytes);
    assert.deepEqual(fromHex(toHex(bytes).toUpperCase()), bytes);
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
    assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
  }
});

test("bytes: what is no hex is refused", () => {
  for (const text of ["0", "0g", "0x00", " 00", "é0", "00\n"]) assert.equal(fromHex(text), null);
});

test("bytes: base64 has one text per byte string, and everything else is refused", () => {
  for (const text of [
    "A",
    "AA",
    "AAA",
    "A===",
    "====",
    "AB==",
    "AAB=",
    "AA=A",
    "AA==AAAA",
    "AA-A",
    "AAA\n",
    "AAAé",
  ]) {
    assert.equal(fromBase64(text), null, text);
  }
});

test("bytes: integers are read as they are written, and never past the end", () => {
  const reader = new Reader(
    Uint8Array.of(7, ...be16(0xfffe), ...be32(0xfffffffd), ...be64(2n ** 64n - 1n), 1),
  );
  assert.equal(reader.u8(), 7);
  assert.equal(reader.be16(), 0xfffe);
  assert.equal(reader.be32(), 0xfffffffd);
  assert.equal(reader.be64(), 2n ** 64n - 1n);
  assert.equal(reader.be16(), null);
  assert.equal(reader.take(2), null);
  assert.deepEqual(reader.rest(), Uint8Array.of(1));
  assert.ok(reader.empty);
});

test("bytes: byte strings are ordered byte by byte, and a prefix comes first", () => {
  const sorted = ["", "00", "0000", "01", "7f", "80", "8001", "ff"].map(fromHex);
  sorted.forEach((left, i) =>
    sorted.forEach((right, j) => assert.equal(Math.sign(compare(left, right)), Math.sign(i - j))),
  );
});

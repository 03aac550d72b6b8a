import assert from "node:assert/strict";
import test from "node:test";

import {
  decodeSnapshotRange,
  encodeEntry,
  entryHash,
  sha256,
  subtreeRoot,
  verifySnapshotRange,
} from "../src/index.js";
import { ascii, be32, compare, concat, sized } from "../src/bytes.js";
import { Random, flippedBits, refusalOf } from "../testing/vectors.js";

/** A state of some entries, in the order of their key hashes. */
async function stateOf(count) {
  const items = [];
  for (let i = 0; i < count; ++i) {
    const key = ascii(`wasm/${i}`);
    const entry = encodeEntry({
      salt: new Uint8Array(32).fill(i),
      expiresAtUs: BigInt(i),
      readers: ["*"],
      value: ascii(`value ${i}`),
    });
    items.push({
      key,
      entry,
      leaf: { keyHash: await sha256(key), valueHash: await entryHash(entry) },
    });
  }
  return items.sort((a, b) => compare(a.leaf.keyHash, b.leaf.keyHash));
}

const items = await stateOf(5);
const root = await subtreeRoot(items.map(({ leaf }) => leaf));
/** All of the state in one range, which takes no proof. */
const encodeWhole = (entries) =>
  concat(
    Uint8Array.of(1),
    new Uint8Array(32),
    Uint8Array.of(1),
    be32(entries.length),
    ...entries.map(({ key, entry }) => concat(sized(key), sized(entry))),
    Uint8Array.of(1),
  );
const check = async (encoded) => verifySnapshotRange(await decodeSnapshotRange(encoded), root);

test("range of the state: the whole state holds under its root, entry by entry", async () => {
  const range = await decodeSnapshotRange(encodeWhole(items));
  assert.deepEqual(
    range.entries.map(({ key }) => key),
    items.map(({ key }) => key),
  );
  await verifySnapshotRange(range, root);
});

test("range of the state: a missing, altered or misplaced entry is refused", async () => {
  const altered = items.map((item, i) => (i === 2 ? { ...item, entry: ascii("other") } : item));
  for (const entries of [items.slice(1), altered, [...items].reverse(), [items[0], ...items]]) {
    assert.ok(await refusalOf(() => check(encodeWhole(entries))));
  }
});

test("range of the state: any flipped bit, cut and added byte is refused", async () => {
  const whole = encodeWhole(items);
  for (const [bit, changed] of flippedBits(whole)) {
    assert.ok(await refusalOf(() => check(changed)), `bit ${bit}`);
  }
  for (let size = 0; size < whole.length; ++size) {
    assert.ok(await refusalOf(() => check(whole.slice(0, size))));
  }
  assert.ok(await refusalOf(() => check(concat(whole, Uint8Array.of(0)))));
});

test("range of the state: what is malformed is said", async () => {
  const head = concat(Uint8Array.of(1), new Uint8Array(32));
  const said = async (...parts) => (await refusalOf(() => check(concat(...parts)))).message;
  const prefix = "malformed range of the state: ";
  assert.equal(await said(Uint8Array.of(2)), `${prefix}expected version 1`);
  assert.equal(
    await said(head, Uint8Array.of(2), be32(0)),
    `${prefix}its first hash, its end or its count`,
  );
  assert.equal(
    await said(head, Uint8Array.of(0), be32(0), Uint8Array.of(1)),
    `${prefix}no entries, although it does not reach the end`,
  );
  assert.equal(
    await said(head, Uint8Array.of(1), be32(0xffffffff)),
    `${prefix}it ends inside entry 0`,
  );
  assert.equal(
    await said(head, Uint8Array.of(1), be32(1), be32(0), be32(0)),
    `${prefix}entry 0 has an empty key`,
  );
});

test("range of the state: damaged bytes are refused and nothing else happens", async () => {
  const random = new Random(5);
  const whole = encodeWhole(items);
  for (let i = 0; i < 1000; ++i) {
    const bytes = random.damaged(whole);
    if ((await refusalOf(() => check(bytes))) === null) assert.deepEqual(bytes, whole);
  }
});

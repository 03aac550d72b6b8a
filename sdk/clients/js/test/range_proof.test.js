import assert from "node:assert/strict";
import test from "node:test";

import {
  EMPTY_HASH,
  Kind,
  decodeRangeProof,
  sha256,
  subtreeRoot,
  toHex,
  verifyRangeProof,
  wholeSpan,
} from "../src/index.js";
import { compare } from "../src/bytes.js";
import { Random, bytesOf, flippedBits, linesOf, refusalOf } from "../testing/vectors.js";

/** Of ranges.txt: {roots: [[expected, found]], ranges: [{root, leaves, range, encoded}]}. */
async function vectors() {
  const roots = [];
  const ranges = [];
  let leaves = [];
  for (const line of linesOf("merkle/ranges.txt")) {
    const [command, ...words] = line.split(" ");
    const [first, last, encoded] = words.map(bytesOf);
    if (command === "tree") leaves = [];
    if (command === "leaf") leaves.push({ keyHash: first, valueHash: last });
    if (command === "root") roots.push([toHex(first), toHex(await subtreeRoot(leaves))]);
    if (command === "range") {
      const inside = leaves.filter(
        ({ keyHash }) => compare(first, keyHash) <= 0 && compare(keyHash, last) <= 0,
      );
      ranges.push({
        root: bytesOf(roots.at(-1)[0]),
        leaves: inside,
        range: { first, last },
        encoded,
      });
    }
  }
  return { roots, ranges };
}

const { roots, ranges } = await vectors();
const check = (one, change = {}) => {
  const { root, leaves, range, encoded } = { ...one, ...change };
  return verifyRangeProof(decodeRangeProof(encoded), root, range, leaves);
};

test("range proof: every shared root comes out of its leaves", () => {
  assert.ok(roots.length >= 5);
  for (const [expected, found] of roots) assert.equal(found, expected);
});

test("range proof: every shared proof holds of exactly the leaves in its range", async () => {
  assert.ok(ranges.length > 50);
  for (const one of ranges) assert.equal(await refusalOf(() => check(one)), null);
});

test("range proof: a leaf that is left out, added or altered is refused", async () => {
  const other = await sha256(Uint8Array.of(1));
  for (const one of ranges) {
    for (let i = 0; i < one.leaves.length; ++i) {
      const fewer = one.leaves.filter((_, j) => j !== i);
      assert.ok(await refusalOf(() => check(one, { leaves: fewer })));
      const altered = one.leaves.map((leaf, j) => (j === i ? { ...leaf, valueHash: other } : leaf));
      assert.ok(await refusalOf(() => check(one, { leaves: altered })));
    }
    const more = [...one.leaves, { keyHash: one.range.last, valueHash: other }];
    assert.ok(await refusalOf(() => check(one, { leaves: more })));
  }
});

test("range proof: leaves out of order, twice or outside of the range are refused", async () => {
  const one =
    ranges.find(({ leaves, range }) => leaves.length > 1 && range.first[0] > 0) ??
    ranges.find(({ leaves }) => leaves.length > 1);
  const wrong = /^leaf \d+ of a range, key hash [0-9a-f]{64}, lies outside of the range or is not/;
  for (const leaves of [[...one.leaves].reverse(), [one.leaves[0], ...one.leaves]]) {
    assert.match((await refusalOf(() => check(one, { leaves }))).message, wrong);
  }
  const range = { first: one.range.last, last: one.range.last };
  assert.match((await refusalOf(() => check(one, { range }))).message, wrong);
  assert.equal(
    (
      await refusalOf(() =>
        check(one, { range: { first: one.range.last, last: new Uint8Array(32) } }),
      )
    ).message,
    "a range of key hashes ends before it begins",
  );
});

test("range proof: any flipped bit of an encoded proof is refused", async () => {
  const short = ranges.filter(({ encoded }) => encoded.length > 1 && encoded.length < 300);
  for (const one of short.slice(0, 10)) {
    for (const [bit, changed] of flippedBits(one.encoded)) {
      assert.ok(await refusalOf(() => check(one, { encoded: changed })), `bit ${bit}`);
    }
  }
});

test("range proof: missing and surplus steps are refused, and a second encoding", async () => {
  const one = ranges.find(({ encoded }) => encoded.length > 40);
  for (const kind of [0, 1, 3, 4, 6]) {
    assert.ok(await refusalOf(() => check(one, { encoded: Uint8Array.of(...one.encoded, kind) })));
  }
  assert.match(
    (await refusalOf(() => check(one, { encoded: Uint8Array.of(1) }))).message,
    /ends before the walk along the borders does/,
  );
  // From the last key hash on, the left half of the root's place lies outside of the range.
  const end = { range: { first: wholeSpan().last, last: wholeSpan().last }, leaves: [] };
  assert.equal(
    (await refusalOf(() => check(one, { ...end, encoded: Uint8Array.of(1, Kind.INNER) }))).message,
    "malformed range proof: a step does not fit where the range lies",
  );
  assert.throws(() => decodeRangeProof(new Uint8Array(514).fill(4).fill(1, 0, 1)), {
    message: "malformed range proof: more than 512 steps",
  });
  assert.equal(decodeRangeProof(new Uint8Array(513).fill(4).fill(1, 0, 1)).length, 512);
  assert.throws(() => decodeRangeProof(Uint8Array.of(1, 5, ...EMPTY_HASH)), {
    message: "malformed range proof: an empty half spelled out",
  });
  assert.throws(() => decodeRangeProof(Uint8Array.of(1, 2, ...EMPTY_HASH)), {
    message: "malformed range proof: it ends inside a step",
  });
});

test("range proof: the whole range takes no step", async () => {
  const leaves = [1, 2, 3].map((i) => ({
    keyHash: new Uint8Array(32).fill(i * 60),
    valueHash: new Uint8Array(32).fill(i),
  }));
  const root = await subtreeRoot(leaves);
  await verifyRangeProof([], root, wholeSpan(), leaves);
  assert.ok(await refusalOf(() => verifyRangeProof([], root, wholeSpan(), leaves.slice(1))));
});

test("range proof: damaged and random bytes are refused and nothing else happens", async () => {
  const random = new Random(4);
  const short = ranges.filter(({ encoded }) => encoded.length < 2000);
  for (let i = 0; i < 2000; ++i) {
    const one = short[random.below(short.length)];
    const encoded =
      random.below(4) === 0 ? random.bytes(random.below(80)) : random.damaged(one.encoded);
    const refusal = await refusalOf(() => check(one, { encoded }));
    if (refusal === null) assert.deepEqual(encoded, one.encoded);
  }
});

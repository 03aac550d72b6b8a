import assert from "node:assert/strict";
import test from "node:test";

import {
  EMPTY_HASH,
  Kind,
  decodeMultiProof,
  leafHash,
  sha256,
  subtreeRoot,
  toHex,
  verifyMultiProof,
} from "../src/index.js";
import { Random, bytesOf, flippedBits, linesOf, refusalOf } from "../testing/vectors.js";

/** Of multi.txt: [{root, claims, encoded}]. */
async function vectors() {
  const proofs = [];
  let leaves = [];
  let root = EMPTY_HASH;
  for (const line of linesOf("merkle/multi.txt")) {
    const [command, first, second] = line.split(" ");
    if (command === "tree") leaves = [];
    if (command === "leaf") leaves.push({ keyHash: bytesOf(first), valueHash: bytesOf(second) });
    if (command === "root") {
      root = bytesOf(first);
      assert.equal(toHex(await subtreeRoot(leaves)), first);
    }
    if (command === "many") {
      const values = new Map(leaves.map((leaf) => [toHex(leaf.keyHash), leaf.valueHash]));
      const claims = first
        .split(",")
        .map((key) => ({ keyHash: bytesOf(key), valueHash: values.get(key) ?? null }));
      proofs.push({ root, claims, encoded: bytesOf(second) });
    }
  }
  return proofs;
}

const proofs = await vectors();
const other = await sha256(Uint8Array.of(9));
const check = (one, change = {}) => {
  const { root, claims, encoded } = { ...one, ...change };
  return verifyMultiProof(decodeMultiProof(encoded), root, claims);
};
/** The claims with another value hash for one of them. */
const changed = (claims, at, valueHash) =>
  claims.map((claim, i) => (i === at ? { ...claim, valueHash } : claim));

test("multiproof: every shared proof holds of what its keys have and do not have", async () => {
  assert.ok(proofs.length > 50);
  for (const one of proofs) assert.equal(await refusalOf(() => check(one)), null);
});

test("multiproof: another value, an opposite claim and another root are refused", async () => {
  for (const one of proofs) {
    for (let i = 0; i < one.claims.length; ++i) {
      const { keyHash, valueHash } = one.claims[i];
      const opposite = changed(one.claims, i, valueHash === null ? other : null);
      const refusal = await refusalOf(() => check(one, { claims: opposite }));
      assert.match(refusal.message, valueHash === null ? /absent/ : /present/);
      if (one.claims.length === 1) {
        assert.ok(refusal.message.includes(`key with hash ${toHex(keyHash)} is `));
      }
      const altered = changed(one.claims, i, other);
      assert.ok(await refusalOf(() => check(one, { claims: altered })));
    }
    assert.match(
      (await refusalOf(() => check(one, { root: other }))).message,
      /^the multiproof leads to root [0-9a-f]{64}, expected [0-9a-f]{64}$/,
    );
  }
});

test("multiproof: no keys, a key twice, keys out of order and too many are refused", async () => {
  const one = proofs.find(({ claims }) => claims.length > 1);
  const [first, second] = one.claims;
  assert.equal(
    (await refusalOf(() => check(one, { claims: [] }))).message,
    "a multiproof is asked about 1 to 4096 keys, found 0",
  );
  for (const claims of [
    [first, first],
    [second, first],
  ]) {
    assert.equal(
      (await refusalOf(() => check(one, { claims }))).message,
      `key 1 of a multiproof, key hash ${toHex(first.keyHash)}, is not above the one before it`,
    );
  }
  const many = Array.from({ length: 4097 }, (_, i) => {
    const keyHash = new Uint8Array(32);
    keyHash.set([i >> 8, i & 255]);
    return { keyHash, valueHash: null };
  });
  const empty = Uint8Array.of(1, Kind.EMPTY);
  await verifyMultiProof(decodeMultiProof(empty), EMPTY_HASH, many.slice(1));
  assert.ok(await refusalOf(() => check({ root: EMPTY_HASH, claims: many, encoded: empty })));
});

test("multiproof: any flipped bit of an encoded proof is refused", async () => {
  const short = proofs.filter(({ encoded }) => encoded.length > 1 && encoded.length < 400);
  for (const one of short.slice(0, 20)) {
    for (const [bit, encoded] of flippedBits(one.encoded)) {
      assert.ok(await refusalOf(() => check(one, { encoded })), `bit ${bit}`);
    }
  }
});

test("multiproof: missing and surplus steps are refused, and a second encoding", async () => {
  const one = proofs.find(({ encoded }) => encoded.length > 40);
  for (const kind of [0, 1, 3, 4, 6]) {
    assert.ok(await refusalOf(() => check(one, { encoded: Uint8Array.of(...one.encoded, kind) })));
  }
  assert.equal(
    (await refusalOf(() => check(one, { encoded: Uint8Array.of(1) }))).message,
    "malformed multiproof: it ends before the walk to the keys does",
  );
  assert.throws(() => decodeMultiProof(Uint8Array.of(1, 5, ...EMPTY_HASH)), {
    message: "malformed multiproof: an empty half spelled out",
  });
  assert.throws(() => decodeMultiProof(Uint8Array.of(1, 2, ...EMPTY_HASH)), {
    message: "malformed multiproof: it ends inside a step",
  });
});

test("multiproof: a walk below the last bit is refused", async () => {
  const claims = [{ keyHash: other, valueHash: null }];
  const deep = new Uint8Array(258).fill(Kind.EMPTY_BESIDE);
  deep[0] = 1;
  deep[257] = Kind.EMPTY;
  const steps = (bytes) => refusalOf(() => check({ root: EMPTY_HASH, claims, encoded: bytes }));
  assert.match((await steps(deep)).message, /leads to root/);
  assert.equal(
    (await steps(Uint8Array.of(1, Kind.EMPTY_BESIDE, ...deep.slice(1)))).message,
    "malformed multiproof: an inner node at the place of a single key hash",
  );
});

test("multiproof: a present key's leaf cannot pass for that of another one", async () => {
  const keyHash = other;
  const valueHash = await sha256(Uint8Array.of(1));
  const root = await leafHash(keyHash, valueHash);
  const encoded = Uint8Array.of(1, Kind.OTHER_LEAF, ...keyHash, ...valueHash);
  assert.equal(
    (await refusalOf(() => check({ root, claims: [{ keyHash, valueHash: null }], encoded })))
      .message,
    "malformed multiproof: another key's leaf is that of a key asked for, or off its place",
  );
});

test("multiproof: damaged and random bytes are refused and nothing else happens", async () => {
  const random = new Random(6);
  const short = proofs.filter(({ encoded }) => encoded.length < 2000);
  for (let i = 0; i < 2000; ++i) {
    const one = short[random.below(short.length)];
    const encoded =
      random.below(4) === 0 ? random.bytes(random.below(80)) : random.damaged(one.encoded);
    const refusal = await refusalOf(() => check(one, { encoded }));
    if (refusal === null) assert.deepEqual(encoded, one.encoded);
  }
});

import assert from "node:assert/strict";
import test from "node:test";

import { decodeLedgerProof, toHex, verifyLedgerProof } from "../src/index.js";
import { Random, bytesOf, flippedBits, linesOf, refusalOf, trustOf } from "../testing/vectors.js";

/** [{trust, encoded, verdict, flips}] */
function vectors() {
  const found = [];
  let trust = null;
  for (const line of linesOf("proofs/ledger_proofs.txt")) {
    if (line.startsWith("trust ")) trust = trustOf(line);
    else if (line.startsWith("proof"))
      found.push({ trust, encoded: bytesOf(line.slice(6) || "-") });
    else if (line.startsWith("flips ")) found.at(-1).flips = bitsOf(line.slice(6));
    else found.at(-1).verdict = line;
  }
  return found;
}

/** Of "1,4-6". */
function bitsOf(list) {
  const bits = new Set();
  for (const part of list.split(",")) {
    const [first, last = first] = part.split("-").map(Number);
    for (let bit = first; bit <= last; ++bit) bits.add(bit);
  }
  return bits;
}

/** In the words of the vectors. */
async function verdictOn(encoded, trust) {
  const proof = decodeLedgerProof(encoded);
  if (proof === null) return "unreadable";
  let proved;
  const refusal = await refusalOf(async () => {
    proved = await verifyLedgerProof(proof, trust);
  });
  if (refusal !== null) return `refused ${refusal.message}`;
  const keys = proved.keys.map(
    ({ key, value }) => toHex(key) + (value === null ? "" : `=${toHex(value)}`),
  );
  return [
    "proved",
    proved.height,
    proved.recordTimeUs,
    toHex(proved.stateRoot),
    proved.validators.epoch,
    ...keys,
  ].join(" ");
}

/** A key may drop out, and another one be shown to be absent; what has a value keeps it. */
function requireTrue(said, keys) {
  const absent = !said.includes("=");
  assert.ok(
    keys.includes(said) || (absent && !keys.some((key) => key.startsWith(`${said}=`))),
    said,
  );
}

const all = vectors();

test("ledger proof: each shared proof gets its verdict, a refused one its reason", async () => {
  assert.ok(all.length > 70);
  for (const { encoded, trust, verdict } of all) {
    assert.equal(await verdictOn(encoded, trust), verdict);
  }
});

test("ledger proof: a flipped bit is refused, or nothing proved depends on it", async () => {
  const { encoded, trust, verdict, flips } = all.find((one) => one.flips !== undefined);
  const [, height, time, root, epoch, ...keys] = verdict.split(" ");
  for (const [bit, changed] of flippedBits(encoded)) {
    const found = await verdictOn(changed, trust);
    assert.equal(found.startsWith("proved"), flips.has(bit), `bit ${bit}: ${found}`);
    if (!flips.has(bit)) continue;
    const [, ...said] = found.split(" ");
    assert.deepEqual(said.slice(0, 4), [height, time, root, epoch]);
    said.slice(4).forEach((key) => requireTrue(key, keys));
  }
});

test("ledger proof: damaged and random bytes prove nothing but the truth", async () => {
  const random = new Random(7);
  const { encoded, trust, verdict } = all[0];
  const keys = verdict.split(" ").slice(5);
  for (let i = 0; i < 1500; ++i) {
    const bytes = i % 8 === 0 ? random.bytes(random.below(200)) : random.damaged(encoded);
    const found = await verdictOn(bytes, trust);
    if (!found.startsWith("proved")) continue;
    found
      .split(" ")
      .slice(5)
      .forEach((key) => requireTrue(key, keys));
  }
});

import assert from "node:assert/strict";
import test from "node:test";

import {
  EMPTY_HASH,
  decodeSparseProof,
  leafHash,
  sha256,
  subtreeRoot,
  toHex,
  verifySparseProof,
} from "../src/index.js";
import { compare } from "../src/bytes.js";
import { Random, bytesOf, flippedBits, linesOf, refusalOf } from "../testing/vectors.js";

/** Runs the recording of jmt.txt: {roots, proofs: [{root, keyHash, valueHash, encoded}]}. */
async function recording() {
  const state = new Map(); // key in hex -> {keyHash, valueHash}
  const lines = linesOf("merkle/jmt.txt");
  const roots = [];
  const proofs = [];
  let root = EMPTY_HASH;
  for (let i = 0; i < lines.length; ++i) {
    const [command, key, value] = lines[i].split(" ");
    if (command === "del") state.delete(key);
    if (command === "put") {
      state.set(key, {
        keyHash: await sha256(bytesOf(key)),
        valueHash: await sha256(bytesOf(value ?? "-")),
      });
    }
    if (command === "commit") {
      root = bytesOf(lines[++i].slice(2));
      const leaves = [...state.values()].sort((a, b) => compare(a.keyHash, b.keyHash));
      roots.push({ expected: root, found: await subtreeRoot(leaves) });
    }
    if (command === "prove") {
      proofs.push({
        root,
        keyHash: await sha256(bytesOf(key)),
        valueHash: state.get(key)?.valueHash ?? null,
        encoded: bytesOf(lines[++i].slice(2)),
      });
    }
  }
  return { roots, proofs };
}

const { roots, proofs } = await recording();
const check = (proof, encoded = proof.encoded, valueHash = proof.valueHash, root = proof.root) =>
  verifySparseProof(decodeSparseProof(encoded), root, proof.keyHash, valueHash);

test("sparse proof: every recorded root comes out of its leaves", () => {
  assert.ok(roots.length > 20);
  for (const { expected, found } of roots) assert.equal(toHex(found), toHex(expected));
});

test("sparse proof: every recorded proof of presence and absence holds", async () => {
  assert.ok(proofs.length > 50);
  for (const proof of proofs) assert.equal(await refusalOf(() => check(proof)), null);
});

test("sparse proof: none of them proves another value, the opposite, or another root", async () => {
  const other = await sha256(Uint8Array.of(9));
  for (const proof of proofs) {
    const opposite = proof.valueHash === null ? other : null;
    const shown = proof.valueHash === null ? "absent" : "present";
    assert.equal(
      (await refusalOf(() => check(proof, proof.encoded, opposite))).message,
      `the proof shows that the key is ${shown}`,
    );
    assert.match(
      (await refusalOf(() => check(proof, proof.encoded, proof.valueHash, other))).message,
      /^the Merkle proof leads to root [0-9a-f]{64}, expected [0-9a-f]{64}$/,
    );
    if (proof.valueHash !== null)
      assert.ok(await refusalOf(() => check(proof, proof.encoded, other)));
  }
});

test("sparse proof: any flipped bit of an encoded proof is refused", async () => {
  const longest = [...proofs].sort((a, b) => b.encoded.length - a.encoded.length);
  for (const proof of [
    longest.find((one) => one.valueHash !== null),
    longest.find((one) => one.valueHash === null),
    proofs[0],
  ]) {
    for (const [bit, changed] of flippedBits(proof.encoded)) {
      assert.ok(await refusalOf(() => check(proof, changed)), `bit ${bit}`);
    }
  }
});

test("sparse proof: a proof that is cut or goes on after its end is refused", async () => {
  for (const proof of proofs.slice(0, 12)) {
    for (let size = 0; size < proof.encoded.length; ++size) {
      assert.throws(() => decodeSparseProof(proof.encoded.slice(0, size)), {
        name: "MalformedError",
      });
    }
    assert.throws(() => decodeSparseProof(Uint8Array.of(...proof.encoded, 0)), {
      message: "malformed Merkle proof: bytes after the end",
    });
  }
});

test("sparse proof: each has one encoding", () => {
  const empty = toHex(EMPTY_HASH);
  const refused = {
    "": "expected version 1",
    "02000000": "expected version 1",
    "01": "unknown end of path",
    "01030000": "unknown end of path",
    "0102": "it ends inside the other leaf",
    "010000": "no depth, or one above 256",
    "01000101": "no depth, or one above 256",
    "01000001": "it ends inside the bitmap",
    "0100000140": "bits set beyond the depth",
    "0100000180": "it ends inside the siblings",
    [`0100000180${empty}`]: "an empty sibling spelled out",
  };
  for (const [encoded, what] of Object.entries(refused)) {
    assert.throws(() => decodeSparseProof(bytesOf(encoded || "-")), {
      name: "MalformedError",
      message: `malformed Merkle proof: ${what}`,
    });
  }
});

test("sparse proof: a leaf cannot stand in for the absence of a key off its path", async () => {
  const [a, value] = [await sha256(Uint8Array.of(1)), await sha256(Uint8Array.of(2))];
  const root = await leafHash(a, value);
  const own = { end: 2, other: { keyHash: a, valueHash: value }, siblings: [] };
  assert.match(
    (await refusalOf(() => verifySparseProof(own, root, a, null))).message,
    /the other leaf is the key's own/,
  );
  const far = a.slice();
  far[0] ^= 0x80;
  const deeper = { ...own, siblings: [EMPTY_HASH] };
  assert.match(
    (await refusalOf(() => verifySparseProof(deeper, root, far, null))).message,
    /the other leaf does not lie on the key's path/,
  );
});

test("sparse proof: damaged and random bytes are refused and nothing else happens", async () => {
  const random = new Random(3);
  for (let i = 0; i < 4000; ++i) {
    const proof = proofs[random.below(proofs.length)];
    const bytes =
      random.below(4) === 0 ? random.bytes(random.below(80)) : random.damaged(proof.encoded);
    const refusal = await refusalOf(() => check(proof, bytes));
    if (refusal === null) assert.deepEqual(bytes, proof.encoded);
  }
});

// The sparse Merkle tree over the state: its hashing rules, and proofs that a key has a value or
// none. The C++ counterpart is tenon/merkle/sparse_proof.hpp; the format is that of
// docs/spec/merkle-proof.md.
import { HASH_SIZE, Reader, ascii, equal, present, requireBytes, toHex } from "./bytes.js";
import { MalformedError, NotProvedError } from "./errors.js";
import { sha256 } from "./sha256.js";

const VERSION = 1;
const MOST_DEPTH = 256;
export const LEAF_TAG = ascii("JMT::LeafNode");
export const INNER_TAG = ascii("JMT::IntrnalNode");
/** The hash of a subtree without keys. */
export const EMPTY_HASH = ascii("SPARSE_MERKLE_PLACEHOLDER_HASH__");

/** What the path from the root towards a key hash ends in. */
export const End = Object.freeze({ EMPTY: 0, LEAF: 1, OTHER_LEAF: 2 });

export function leafHash(keyHash, valueHash) {
  return sha256(LEAF_TAG, keyHash, valueHash);
}

export function innerHash(left, right) {
  return sha256(INNER_TAG, left, right);
}

/** Bit `index` of a digest, 0 being the most significant bit of the first byte. */
export function bitAt(hash, index) {
  return ((hash[index >> 3] >> (7 - (index & 7))) & 1) === 1;
}

/** Do the digests agree in their first `bits` bits? */
export function sameBeginning(left, right, bits) {
  for (let i = 0; i < bits; ++i) {
    if (bitAt(left, i) !== bitAt(right, i)) return false;
  }
  return true;
}

function malformed(what) {
  return new MalformedError(`malformed Merkle proof: ${what}`);
}

function decodeSiblings(reader) {
  const depth = reader.be16();
  if (depth === null || depth > MOST_DEPTH) throw malformed("no depth, or one above 256");
  const bitmap = reader.take(Math.ceil(depth / 8));
  if (bitmap === null) throw malformed("it ends inside the bitmap");
  const siblings = [];
  for (let i = 0; i < bitmap.length * 8; ++i) {
    if (!bitAt(bitmap, i)) {
      if (i < depth) siblings.push(EMPTY_HASH);
      continue;
    }
    if (i >= depth) throw malformed("bits set beyond the depth");
    const sibling = reader.hash();
    if (sibling === null) throw malformed("it ends inside the siblings");
    if (equal(sibling, EMPTY_HASH)) throw malformed("an empty sibling spelled out");
    siblings.push(sibling);
  }
  return siblings;
}

/** {end, other: null or {keyHash, valueHash}, siblings from the root downwards} */
export function decodeSparseProof(encoded) {
  const reader = new Reader(encoded);
  if (reader.u8() !== VERSION) throw malformed("expected version 1");
  const end = reader.u8();
  if (end === null || end > End.OTHER_LEAF) throw malformed("unknown end of path");
  let other = null;
  if (end === End.OTHER_LEAF) {
    const sentence = "malformed Merkle proof: it ends inside the other leaf";
    other = {
      keyHash: present(reader.hash(), sentence),
      valueHash: present(reader.hash(), sentence),
    };
  }
  const siblings = decodeSiblings(reader);
  if (!reader.empty) throw malformed("bytes after the end");
  return { end, other, siblings };
}

function checkOtherLeaf(other, keyHash, depth) {
  if (equal(other.keyHash, keyHash)) throw malformed("the other leaf is the key's own");
  if (!sameBeginning(other.keyHash, keyHash, depth)) {
    throw malformed("the other leaf does not lie on the key's path");
  }
}

/**
 * Refuses unless under `root` the key hash has `valueHash`, or nothing at all when that is null.
 * `proof` is what decodeSparseProof() gave.
 */
export async function verifySparseProof(proof, root, keyHash, valueHash) {
  requireBytes(root, "root", HASH_SIZE);
  requireBytes(keyHash, "key hash", HASH_SIZE);
  if (valueHash !== null) requireBytes(valueHash, "value hash", HASH_SIZE);
  if ((valueHash !== null) !== (proof.end === End.LEAF)) {
    throw new NotProvedError(
      `the proof shows that the key is ${valueHash === null ? "present" : "absent"}`,
    );
  }
  let node = EMPTY_HASH;
  if (proof.end === End.LEAF) node = await leafHash(keyHash, valueHash);
  if (proof.end === End.OTHER_LEAF) {
    checkOtherLeaf(proof.other, keyHash, proof.siblings.length);
    node = await leafHash(proof.other.keyHash, proof.other.valueHash);
  }
  for (let i = proof.siblings.length; i-- > 0;) {
    node = bitAt(keyHash, i)
      ? await innerHash(proof.siblings[i], node)
      : await innerHash(node, proof.siblings[i]);
  }
  if (equal(node, root)) return;
  throw new NotProvedError(
    `the Merkle proof leads to root ${toHex(node)}, expected ${toHex(root)}`,
  );
}

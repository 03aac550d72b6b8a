// The Merkle tree over a list (RFC 9162 section 2.1): transactions, outcomes, events, a block's
// writes. The C++ counterpart is tenon/merkle/ordered_tree.hpp.
import { HASH_SIZE, equal, requireBytes } from "./bytes.js";
import { sha256 } from "./sha256.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const REMOVED = Uint8Array.of(0);
const WRITTEN = Uint8Array.of(1);

/** SHA-256(0x00 || bytes) */
export function orderedLeaf(bytes) {
  return sha256(LEAF, requireBytes(bytes, "leaf"));
}

/** Of leaf hashes; SHA-256 of nothing when there are none. */
export async function orderedRoot(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return requireBytes(leaves[0], "leaf hash", HASH_SIZE);
  let split = 1; // the largest power of two below the number of leaves
  while (2 * split < leaves.length) split *= 2;
  return sha256(
    NODE,
    await orderedRoot(leaves.slice(0, split)),
    await orderedRoot(leaves.slice(split)),
  );
}

/** Is this leaf hash number `index` of `leafCount` under the root? `path` runs from the leaf up. */
export async function verifyOrderedPath(root, leaf, index, leafCount, path) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(leafCount)) {
    throw new TypeError("index and number of leaves: expected integers");
  }
  if (index < 0 || index >= leafCount) return false;
  let place = index;
  let last = leafCount - 1; // place of the last node of the level
  let node = leaf;
  const rise = () => {
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  };
  for (const sibling of path) {
    if (last === 0 || sibling.length !== HASH_SIZE) return false;
    if (place % 2 === 1 || place === last) {
      node = await sha256(NODE, sibling, node);
      while (place % 2 === 0 && place !== 0) rise();
    } else {
      node = await sha256(NODE, node, sibling);
    }
    rise();
  }
  return last === 0 && equal(node, root);
}

/** One write of a block as a leaf hash of `writes_root`; without a value hash, a removal. */
export function writeLeaf(keyHash, valueHash = null) {
  requireBytes(keyHash, "key hash", HASH_SIZE);
  if (valueHash === null) return sha256(LEAF, keyHash, REMOVED);
  return sha256(LEAF, keyHash, WRITTEN, requireBytes(valueHash, "value hash", HASH_SIZE));
}

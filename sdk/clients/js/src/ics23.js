// Proofs of presence in the form that light clients of the Inter-Blockchain Communication protocol
// check: the message CommitmentProof of cosmos.ics23.v1.
// The C++ counterpart is tenon/merkle/ics23.hpp; the form is docs/spec/merkle-proof.md#ics-23.
import { ascii, concat } from "./bytes.js";
import { End, INNER_TAG, LEAF_TAG, bitAt } from "./sparse_proof.js";

const MOST_DEPTH = 64;
const SHA256 = 1;

function varint(value) {
  const bytes = [];
  for (; value >= 0x80; value >>= 7) bytes.push((value & 0x7f) | 0x80);
  return Uint8Array.of(...bytes, value);
}

const numberField = (field, value) => concat(varint(field << 3), varint(value));
const bytesField = (field, bytes) => concat(varint((field << 3) | 2), varint(bytes.length), bytes);

const LEAF_OP = concat(
  numberField(1, SHA256),
  numberField(2, SHA256),
  numberField(3, SHA256),
  bytesField(5, LEAF_TAG),
);

/** Hashes prefix, node, suffix. */
function innerOp(sibling, siblingIsLeft) {
  const prefix = siblingIsLeft ? concat(INNER_TAG, sibling) : INNER_TAG;
  const suffix = siblingIsLeft ? ascii("") : bytesField(3, sibling);
  return concat(numberField(1, SHA256), bytesField(2, prefix), suffix);
}

/**
 * `proof` is what decodeSparseProof() gave, of the key hash; `value` is what is hashed to the value
 * hash. Null where there is no such form: of what is absent, on too long a path, of nothing.
 */
export function encodeIcs23Existence(proof, key, keyHash, value) {
  const { end, siblings } = proof;
  if (end !== End.LEAF || siblings.length > MOST_DEPTH || key.length * value.length === 0)
    return null;
  const path = siblings.map((sibling, i) =>
    bytesField(4, innerOp(sibling, bitAt(keyHash, i))),
  );
  const existence = [bytesField(1, key), bytesField(2, value), bytesField(3, LEAF_OP)];
  return bytesField(1, concat(...existence, ...path.reverse()));
}

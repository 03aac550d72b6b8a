// That some leaves are all those of the state tree in a range of key hashes: a walk along the two
// borders of the range, from the root. The C++ counterpart is tenon/merkle/range_proof.hpp; the
// format is docs/spec/merkle-proof.md.
import { HASH_SIZE, compare, equal, requireBytes, toHex } from "./bytes.js";
import { MalformedError, NotProvedError } from "./errors.js";
import { EMPTY_HASH, bitAt, innerHash, leafHash } from "./sparse_proof.js";
import { Kind, decodeSteps } from "./walk_step.js";

// Two borders, each of which passes at most 256 places that lie partly in the range.
const MOST_STEPS = 512;

/** From 32 bytes 0x00 to 32 bytes 0xff, both included. */
export function wholeSpan() {
  return { first: new Uint8Array(HASH_SIZE), last: new Uint8Array(HASH_SIZE).fill(0xff) };
}

function malformed(what) {
  return new MalformedError(`malformed range proof: ${what}`);
}

const spanHas = (span, hash) => compare(span.first, hash) <= 0 && compare(hash, span.last) <= 0;
const contains = (span, other) =>
  compare(span.first, other.first) <= 0 && compare(other.last, span.last) <= 0;
const overlaps = (span, other) =>
  compare(span.first, other.last) <= 0 && compare(other.first, span.last) <= 0;

/** The halves of a place that is `depth` bits below the root. */
function halvesOf(place, depth) {
  const bit = 0x80 >> (depth & 7);
  const leftLast = place.last.slice();
  const rightFirst = place.first.slice();
  leftLast[depth >> 3] &= ~bit;
  rightFirst[depth >> 3] |= bit;
  return [
    { first: place.first, last: leftLast },
    { first: rightFirst, last: place.last },
  ];
}

/** Steps {kind, hash, valueHash}, the last two where the kind has them. */
export function decodeRangeProof(encoded) {
  return decodeSteps(encoded, MOST_STEPS, "range proof");
}

/** The root of the subtree of these leaves, sorted, which agree in their first `depth` bits. */
export async function subtreeRoot(leaves, depth = 0) {
  if (leaves.length === 0) return EMPTY_HASH;
  if (leaves.length === 1) return leafHash(leaves[0].keyHash, leaves[0].valueHash);
  const middle = leaves.findIndex((leaf) => bitAt(leaf.keyHash, depth));
  const left = middle < 0 ? leaves.length : middle;
  return innerHash(
    await subtreeRoot(leaves.slice(0, left), depth + 1),
    await subtreeRoot(leaves.slice(left), depth + 1),
  );
}

class Walk {
  #steps;
  #range;
  #next = 0;

  constructor(steps, range) {
    this.#steps = steps;
    this.#range = range;
  }

  get done() {
    return this.#next === this.#steps.length;
  }

  /** The hash that the place has according to the steps and the leaves in it. */
  async hashOf(place, depth, leaves) {
    if (contains(this.#range, place)) return subtreeRoot(leaves, depth);
    if (this.done) throw malformed("it ends before the walk along the borders does");
    const step = this.#steps[this.#next++];
    switch (step.kind) {
      case Kind.EMPTY:
        if (leaves.length > 0) throw malformed("a place is said to be empty, and has leaves");
        return EMPTY_HASH;
      case Kind.LEAF:
        if (leaves.length !== 1) {
          throw malformed(
            `a place is said to have one leaf of the range, and has ${leaves.length}`,
          );
        }
        return leafHash(leaves[0].keyHash, leaves[0].valueHash);
      case Kind.OTHER_LEAF:
        if (leaves.length > 0 || !spanHas(place, step.hash) || spanHas(this.#range, step.hash)) {
          throw malformed("a leaf beside the range lies in it, or off its place");
        }
        return leafHash(step.hash, step.valueHash);
      default:
        return this.#inner(step, place, depth, leaves);
    }
  }

  async #inner(step, place, depth, leaves) {
    const halves = halvesOf(place, depth);
    const reached = halves.map((half) => overlaps(this.#range, half));
    if ((reached[0] !== reached[1]) === (step.kind === Kind.INNER)) {
      throw malformed("a step does not fit where the range lies");
    }
    const hashes = [step.hash, step.hash]; // of a half outside of the range
    for (const side of [0, 1]) {
      if (!reached[side]) continue;
      const inside = leaves.filter((leaf) => spanHas(halves[side], leaf.keyHash));
      hashes[side] = await this.hashOf(halves[side], depth + 1, inside);
    }
    return innerHash(hashes[0], hashes[1]);
  }
}

function checkLeaves(leaves, range) {
  leaves.forEach((leaf, i) => {
    requireBytes(leaf.keyHash, "key hash", HASH_SIZE);
    requireBytes(leaf.valueHash, "value hash", HASH_SIZE);
    const ascends = i === 0 || compare(leaves[i - 1].keyHash, leaf.keyHash) < 0;
    if (!spanHas(range, leaf.keyHash) || !ascends) {
      throw new NotProvedError(
        `leaf ${i} of a range, key hash ${toHex(leaf.keyHash)}, lies ` +
          "outside of the range or is not above the one before it",
      );
    }
  });
}

/**
 * Refuses unless the leaves {keyHash, valueHash}, sorted by key hash, are exactly those under
 * `root` whose key hash lies in `range` {first, last}. `steps` is what decodeRangeProof() gave.
 */
export async function verifyRangeProof(steps, root, range, leaves) {
  requireBytes(root, "root", HASH_SIZE);
  requireBytes(range.first, "first key hash", HASH_SIZE);
  requireBytes(range.last, "last key hash", HASH_SIZE);
  if (compare(range.last, range.first) < 0) {
    throw new NotProvedError("a range of key hashes ends before it begins");
  }
  checkLeaves(leaves, range);
  const walk = new Walk(steps, range);
  const found = await walk.hashOf(wholeSpan(), 0, leaves);
  if (!walk.done) throw malformed("steps after the end of the walk");
  if (equal(found, root)) return;
  throw new NotProvedError(
    `the range proof leads to root ${toHex(found)}, expected ${toHex(root)}`,
  );
}

// What many keys have, or that they have nothing, under one root of the state tree: a walk from the
// root over the places with keys that are asked for. The C++ counterpart is
// tenon/merkle/multi_proof.hpp; the format is docs/spec/merkle-proof.md.
import { HASH_SIZE, compare, equal, requireBytes, toHex } from "./bytes.js";
import { MalformedError, NotProvedError } from "./errors.js";
import { EMPTY_HASH, bitAt, innerHash, leafHash, sameBeginning } from "./sparse_proof.js";
import { Kind, decodeSteps } from "./walk_step.js";

const MOST_KEYS = 4096;
const DEPTH = 256;
// A place of each depth from the root's to that of a single key hash, for every key.
const MOST_STEPS = MOST_KEYS * (DEPTH + 1);

function malformed(what) {
  return new MalformedError(`malformed multiproof: ${what}`);
}

function contradicted(keyHash, truth) {
  return new NotProvedError(`the proof shows that the key with hash ${toHex(keyHash)} ${truth}`);
}

/** Steps {kind, hash, valueHash}, the last two where the kind has them. */
export function decodeMultiProof(encoded) {
  return decodeSteps(encoded, MOST_STEPS, "multiproof");
}

function checkClaims(claims) {
  if (claims.length === 0 || claims.length > MOST_KEYS) {
    throw new NotProvedError(
      `a multiproof is asked about 1 to ${MOST_KEYS} keys, found ${claims.length}`,
    );
  }
  claims.forEach(({ keyHash, valueHash }, i) => {
    requireBytes(keyHash, "key hash", HASH_SIZE);
    if (valueHash !== null) requireBytes(valueHash, "value hash", HASH_SIZE);
    if (i > 0 && compare(claims[i - 1].keyHash, keyHash) >= 0) {
      throw new NotProvedError(
        `key ${i} of a multiproof, key hash ${toHex(keyHash)}, is not above the one before it`,
      );
    }
  });
}

/** Where the tree ends, at most one of the keys is present. */
async function endHash(step, here, depth) {
  const present = here.filter(({ valueHash }) => valueHash !== null);
  if (present.length > 0 && step.kind !== Kind.LEAF) {
    throw contradicted(present[0].keyHash, "is absent");
  }
  if (present.length > 1) {
    throw contradicted(present[1].keyHash, "is absent, or one before it is");
  }
  if (step.kind === Kind.EMPTY) return EMPTY_HASH;
  if (step.kind === Kind.OTHER_LEAF) {
    const asked = here.some(({ keyHash }) => equal(keyHash, step.hash));
    if (asked || !sameBeginning(step.hash, here[0].keyHash, depth)) {
      throw malformed("another key's leaf is that of a key asked for, or off its place");
    }
    return leafHash(step.hash, step.valueHash);
  }
  if (present.length === 0) {
    const truth = here.length === 1 ? "is present" : "or one after it is present";
    throw contradicted(here[0].keyHash, truth);
  }
  return leafHash(present[0].keyHash, present[0].valueHash);
}

class Walk {
  #steps;
  #next = 0;

  constructor(steps) {
    this.#steps = steps;
  }

  get done() {
    return this.#next === this.#steps.length;
  }

  /** The hash that a place has by the steps and the claims in it, of which there are some. */
  async hashOf(here, depth) {
    if (this.done) throw malformed("it ends before the walk to the keys does");
    const step = this.#steps[this.#next++];
    if (step.kind <= Kind.OTHER_LEAF) return endHash(step, here, depth);
    if (depth === DEPTH) throw malformed("an inner node at the place of a single key hash");
    const middle = here.findIndex(({ keyHash }) => bitAt(keyHash, depth));
    const left = middle < 0 ? here : here.slice(0, middle);
    const right = here.slice(left.length);
    if ((left.length > 0 && right.length > 0) !== (step.kind === Kind.INNER)) {
      throw malformed("a step does not fit where the keys lie");
    }
    return innerHash(
      left.length > 0 ? await this.hashOf(left, depth + 1) : step.hash,
      right.length > 0 ? await this.hashOf(right, depth + 1) : step.hash,
    );
  }
}

/**
 * Refuses unless all claims {keyHash, valueHash} hold under `root`; a value hash of null says that
 * the key is absent. They are sorted by key hash, each key once. `steps` is what decodeMultiProof()
 * gave.
 */
export async function verifyMultiProof(steps, root, claims) {
  requireBytes(root, "root", HASH_SIZE);
  checkClaims(claims);
  const walk = new Walk(steps);
  const found = await walk.hashOf(claims, 0);
  if (!walk.done) throw malformed("steps after the end of the walk");
  if (equal(found, root)) return;
  throw new NotProvedError(`the multiproof leads to root ${toHex(found)}, expected ${toHex(root)}`);
}

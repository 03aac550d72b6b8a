// The steps of a proof that walks over the state tree, of a range or of a list of keys: how the
// tree goes on at a place with keys that are asked for. The C++ counterpart is
// tenon/merkle/walk_step.hpp; the format is docs/spec/merkle-proof.md.
import { Reader, equal } from "./bytes.js";
import { MalformedError } from "./errors.js";
import { EMPTY_HASH } from "./sparse_proof.js";

const VERSION = 1;

/** How the tree goes on at a place. */
export const Kind = Object.freeze({
  EMPTY: 0,
  LEAF: 1,
  OTHER_LEAF: 2,
  INNER: 3,
  EMPTY_BESIDE: 4,
  HASH_BESIDE: 5,
});

/** Steps {kind, hash, valueHash}, the last two where the kind has them. */
export function decodeSteps(encoded, most, what) {
  const malformed = (how) => new MalformedError(`malformed ${what}: ${how}`);
  const reader = new Reader(encoded);
  if (reader.u8() !== VERSION) throw malformed("expected version 1");
  const steps = [];
  while (!reader.empty) {
    if (steps.length === most) throw malformed(`more than ${most} steps`);
    const kind = reader.u8();
    if (kind > Kind.HASH_BESIDE) throw malformed("unknown kind of step");
    const hasHash = kind === Kind.OTHER_LEAF || kind === Kind.HASH_BESIDE;
    const hash = hasHash ? reader.hash() : EMPTY_HASH;
    const valueHash = hash !== null && kind === Kind.OTHER_LEAF ? reader.hash() : EMPTY_HASH;
    if (hash === null || valueHash === null) throw malformed("it ends inside a step");
    if (kind === Kind.HASH_BESIDE && equal(hash, EMPTY_HASH)) {
      throw malformed("an empty half spelled out");
    }
    steps.push({ kind, hash, valueHash });
  }
  return steps;
}

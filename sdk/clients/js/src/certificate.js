// Validator sets and the certificates that a quorum of one signs.
// The C++ counterpart is tenon/wire/hashing.hpp and verify_certificate() of ledger_proof.hpp.
import { HASH_SIZE, ascii, be32, be64, concat, sized } from "./bytes.js";
import { verifySignature } from "./ed25519.js";
import { NotProvedError } from "./errors.js";
import { sha256 } from "./sha256.js";

// Domain separation: the zero byte ends each tag.
const FINALIZE_TAG = ascii("tenon/finalize/v1\0");
const VALIDATORS_TAG = ascii("tenon/validators/v1\0");

export function notProved(why) {
  return new NotProvedError(`not proved: ${why}`);
}

/** Of a set {epoch, maxByzantine, validators: [{name, publicKey}]}. */
export function validatorsHash({ epoch, maxByzantine, validators }) {
  const members = validators.map(({ name, publicKey }) =>
    concat(sized(ascii(name)), sized(publicKey)),
  );
  return sha256(
    VALIDATORS_TAG,
    be64(epoch),
    be32(maxByzantine),
    be32(validators.length),
    ...members,
  );
}

/** How many of so many validators must sign. */
export function quorum(validators, maxByzantine) {
  return Math.floor((validators + maxByzantine) / 2) + 1;
}

/** What a validator signs. */
export function certificateSigningBytes(chain, epoch, view, blockId, resultHash) {
  return concat(FINALIZE_TAG, chain, be64(epoch), be64(view), blockId, resultHash);
}

/** Refuses unless a quorum of the set signed (view, block, result) of this chain. */
export async function verifyCertificate(certificate, chain, set) {
  const { view, blockId, resultHash, signatures } = certificate;
  if (blockId.length !== HASH_SIZE || resultHash.length !== HASH_SIZE) {
    throw notProved("the certificate names no block or no result");
  }
  const signed = certificateSigningBytes(chain, set.epoch, view, blockId, resultHash);
  const signers = new Set();
  for (const { validator, signature } of signatures) {
    if (validator >= set.validators.length) {
      throw notProved(`the certificate names validator ${validator} of ${set.validators.length}`);
    }
    if (signers.has(validator)) throw notProved(`validator ${validator} signed twice`);
    signers.add(validator);
    if (!(await verifySignature(set.validators[validator].publicKey, signed, signature))) {
      throw notProved(`the signature of validator ${validator} is wrong`);
    }
  }
  const needed = quorum(set.validators.length, set.maxByzantine);
  if (signers.size >= needed) return;
  throw notProved(`the certificate has ${signers.size} signatures, a quorum is ${needed}`);
}

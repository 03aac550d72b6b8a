// Checks a LedgerProof offline, trusting nothing but a chain and a validator set.
// The C++ counterpart is tenon/wire/ledger_proof.hpp; the steps are those of docs/spec/wire.md.
import { HASH_SIZE, equal, toHex } from "./bytes.js";
import { notProved, validatorsHash, verifyCertificate } from "./certificate.js";
import { valueHash } from "./entry.js";
import { ProofError } from "./errors.js";
import { decodeMessage, hashOrZero } from "./message.js";
import { BlockHeader, Certificate, LedgerProof, ResultHeader } from "./messages.js";
import { sha256 } from "./sha256.js";
import { decodeSparseProof, verifySparseProof } from "./sparse_proof.js";

/** The message in its parts, or null when the bytes are none. */
export function decodeLedgerProof(encoded) {
  return decodeMessage(LedgerProof, encoded);
}

/** Runs a check and says, when it refuses, what of. */
async function inContext(context, check) {
  try {
    return await check();
  } catch (error) {
    throw error instanceof ProofError ? error.withContext(context) : error;
  }
}

/** Refuses unless the state of this root holds, or does not hold, the key as the proof says. */
export async function verifyKeyProof(key, stateRoot) {
  const path = decodeSparseProof(key.path);
  let hash = null;
  if (key.present) {
    if (key.salt.length !== HASH_SIZE || key.accessHash.length !== HASH_SIZE) {
      throw notProved("salt and access hash must be 32 bytes each");
    }
    hash = await valueHash(key.salt, key.accessHash, key.expiresAtUs, key.value);
  }
  const keyHash = await sha256(key.key);
  await inContext(`key ${toHex(key.key)}`, () => verifySparseProof(path, stateRoot, keyHash, hash));
  return {
    key: key.key,
    value: key.present ? key.value : null,
    expiresAtUs: key.present ? key.expiresAtUs : 0n,
  };
}

/** From the proved block's result header to that which the certificate must name. */
async function followResults(proof, first) {
  let certified = {
    blockId: hashOrZero(first.blockId),
    resultHash: await sha256(proof.resultHeader),
  };
  for (const encoded of proof.laterResultHeaders) {
    const next = decodeMessage(ResultHeader, encoded);
    if (next === null) throw notProved("a later result header is malformed");
    if (!equal(next.parentResult, certified.resultHash)) {
      throw notProved("a later result header does not follow its predecessor");
    }
    certified = { blockId: hashOrZero(next.blockId), resultHash: await sha256(encoded) };
  }
  return certified;
}

async function checkHandover(handover, header, chain, set) {
  const result = decodeMessage(ResultHeader, handover.resultHeader);
  const certificate = decodeMessage(Certificate, handover.certificate);
  if (result === null || certificate === null) {
    throw notProved("a handover's result header or certificate is malformed");
  }
  if (!equal(header.chain, chain)) throw notProved("a handover belongs to another chain");
  const blockId = await sha256(handover.header);
  if (
    !equal(result.blockId, blockId) ||
    !equal(certificate.blockId, blockId) ||
    !equal(certificate.resultHash, await sha256(handover.resultHeader))
  ) {
    throw notProved("a handover's header, result and certificate are not of one block");
  }
  if (
    handover.next.epoch !== BigInt.asUintN(64, set.epoch + 1n) ||
    !equal(header.nextValidators, await validatorsHash(handover.next))
  ) {
    throw notProved(`the last block of epoch ${set.epoch} names other validators for the next one`);
  }
  await inContext(`the handover at height ${header.height}`, () =>
    verifyCertificate(certificate, chain, set),
  );
}

/** The set that the handovers lead to. Those before the trusted set's epoch are of no concern. */
async function followEpochs(proof, chain, trusted) {
  let set = trusted;
  let begun = false;
  for (const handover of proof.handovers) {
    const header = decodeMessage(BlockHeader, handover.header);
    if (header === null) throw notProved("a handover's header is malformed");
    const follows = equal(header.validators, await validatorsHash(set));
    if (!follows && begun) throw notProved("a handover does not follow its predecessor");
    if (!follows) continue;
    begun = true;
    await checkHandover(handover, header, chain, set);
    set = handover.next;
  }
  return set;
}

async function checkBlock(proof, header, result, trust) {
  if (!equal(header.chain, trust.chain)) {
    throw notProved(
      `the block belongs to chain ${toHex(header.chain)}, expected ` + toHex(trust.chain),
    );
  }
  const set = await followEpochs(proof, trust.chain, trust.validators);
  if (!equal(header.validators, await validatorsHash(set))) {
    throw notProved("the block was certified by another validator set than the trusted one");
  }
  if (!equal(result.blockId, await sha256(proof.header))) {
    throw notProved("the result header belongs to another block");
  }
  if (result.stateRoot.length !== HASH_SIZE) throw notProved("there is no state root");
  return set;
}

/**
 * What the proof proves to who trusts `trust`: {chain, validators}, the SHA-256 of the genesis
 * document and the set that stands in it, or that of a later epoch which the caller has verified.
 * `proof` is what decodeLedgerProof() gave.
 */
export async function verifyLedgerProof(proof, trust) {
  if (proof.version !== 1) throw notProved(`expected proof version 1, found ${proof.version}`);
  const header = decodeMessage(BlockHeader, proof.header);
  const result = decodeMessage(ResultHeader, proof.resultHeader);
  const certificate = decodeMessage(Certificate, proof.certificate);
  if (header === null || result === null || certificate === null) {
    throw notProved("a header or the certificate is malformed");
  }
  const set = await checkBlock(proof, header, result, trust);
  const certified = await followResults(proof, result);
  if (
    !equal(certificate.blockId, certified.blockId) ||
    !equal(certificate.resultHash, certified.resultHash)
  ) {
    throw notProved("the certificate is for another block or result");
  }
  await verifyCertificate(certificate, trust.chain, set);
  const keys = [];
  for (const key of proof.keys) keys.push(await verifyKeyProof(key, result.stateRoot));
  return {
    height: header.height,
    recordTimeUs: header.recordTimeUs,
    stateRoot: result.stateRoot,
    validators: set,
    keys,
  };
}

// The verifier of Tenon's proofs: pure functions over bytes, by WebCrypto alone. README.md has an
// example for Node and for a browser, index.d.ts the types of all that is exported.
export { fromBase64, fromHex, toBase64, toHex } from "./bytes.js";
export {
  certificateSigningBytes,
  quorum,
  validatorsHash,
  verifyCertificate,
} from "./certificate.js";
export { verifySignature } from "./ed25519.js";
export {
  PUBLIC_READER,
  decodeEntry,
  decodeReaders,
  encodeEntry,
  encodeReaders,
  entryHash,
  valueHash,
} from "./entry.js";
export { MalformedError, NotProvedError, PlatformError, ProofError } from "./errors.js";
export { readGenesis } from "./genesis.js";
export { decodeLedgerProof, verifyKeyProof, verifyLedgerProof } from "./ledger_proof.js";
export { decodeMultiProof, verifyMultiProof } from "./multi_proof.js";
export { orderedLeaf, orderedRoot, verifyOrderedPath, writeLeaf } from "./ordered_tree.js";
export { verifyProofFile } from "./proof_file.js";
export { decodeRangeProof, subtreeRoot, verifyRangeProof, wholeSpan } from "./range_proof.js";
export { sha256 } from "./sha256.js";
export { decodeSnapshotRange, verifySnapshotRange } from "./snapshot_range.js";
export {
  EMPTY_HASH,
  End,
  decodeSparseProof,
  innerHash,
  leafHash,
  verifySparseProof,
} from "./sparse_proof.js";
export { Kind } from "./walk_step.js";

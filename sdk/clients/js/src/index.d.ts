// The types of what index.js exports. Bytes are Uint8Arrays, a hash has 32 of them, and integers of
// 64 bits are BigInts. Every check that refuses throws a ProofError.

/** 32 bytes. */
export type Hash = Uint8Array;

/** What was given proves nothing; the message is a sentence. */
export class ProofError extends Error {
  withContext(context: string): ProofError;
}
/** Bytes or a text that are not in their format. */
export class MalformedError extends ProofError {}
/** Well formed, and not true as far as it shows. */
export class NotProvedError extends ProofError {}
/** This platform cannot compute what a check needs. */
export class PlatformError extends Error {}

// Text forms

export function toHex(bytes: Uint8Array): string;
export function fromHex(text: string): Uint8Array | null;
/** RFC 4648 section 4, with padding. */
export function toBase64(bytes: Uint8Array): string;
export function fromBase64(text: string): Uint8Array | null;

// Proof files

export interface Validator {
  name: string;
  publicKey: Uint8Array;
}
export interface ValidatorSet {
  epoch: bigint;
  maxByzantine: number;
  validators: Validator[];
}
/** A chain, and the set that certified its first epoch or one that was verified before. */
export interface Trust {
  chain: Hash;
  validators: ValidatorSet;
}
export interface ProvedKey {
  key: Uint8Array;
  /** null: proved absent. */
  value: Uint8Array | null;
  /** Microseconds since 1970; 0n: never, or absent. */
  expiresAtUs: bigint;
}
export interface ProvedState {
  height: bigint;
  recordTimeUs: bigint;
  stateRoot: Hash;
  /** That certified the block. */
  validators: ValidatorSet;
  keys: ProvedKey[];
}
export interface ProvedFile extends ProvedState {
  chain: Hash;
  /** As the node claims it, from exactly the proved keys; null when keys were asked for. */
  query: { request: Uint8Array; response: Uint8Array } | null;
}

/** From the bytes of the genesis document, exactly as they are in its file. */
export function readGenesis(document: Uint8Array): Promise<Trust>;
/** The bytes or the text of what `tenon proof get` wrote or the REST API answered. */
export function verifyProofFile(file: Uint8Array | string, trust: Trust): Promise<ProvedFile>;

// Messages

export interface KeyProof {
  key: Uint8Array;
  present: boolean;
  value: Uint8Array;
  salt: Uint8Array;
  accessHash: Uint8Array;
  expiresAtUs: bigint;
  path: Uint8Array;
}
export interface EpochHandover {
  header: Uint8Array;
  resultHeader: Uint8Array;
  certificate: Uint8Array;
  next: ValidatorSet;
}
export interface LedgerProof {
  version: number;
  chain: Uint8Array;
  validators: ValidatorSet;
  header: Uint8Array;
  resultHeader: Uint8Array;
  laterResultHeaders: Uint8Array[];
  certificate: Uint8Array;
  keys: KeyProof[];
  queryRequest: Uint8Array;
  queryResponse: Uint8Array;
  handovers: EpochHandover[];
}
export interface Certificate {
  view: bigint;
  blockId: Uint8Array;
  resultHash: Uint8Array;
  signatures: { validator: number; signature: Uint8Array }[];
}

/** null when the bytes are no such message. */
export function decodeLedgerProof(encoded: Uint8Array): LedgerProof | null;
export function verifyLedgerProof(proof: LedgerProof, trust: Trust): Promise<ProvedState>;
export function verifyKeyProof(key: KeyProof, stateRoot: Hash): Promise<ProvedKey>;
export function verifyCertificate(
  certificate: Certificate,
  chain: Hash,
  validators: ValidatorSet,
): Promise<void>;
export function certificateSigningBytes(
  chain: Hash,
  epoch: bigint,
  view: bigint,
  blockId: Hash,
  resultHash: Hash,
): Uint8Array;
export function validatorsHash(validators: ValidatorSet): Promise<Hash>;
export function quorum(validators: number, maxByzantine: number): number;

// State entries

export interface Entry {
  salt: Uint8Array;
  expiresAtUs: bigint;
  readers: string[];
  value: Uint8Array;
}
/** Alone in a list of readers: everybody. */
export const PUBLIC_READER: "*";
export function decodeEntry(encoded: Uint8Array): Entry;
export function encodeEntry(entry: Entry): Uint8Array;
export function decodeReaders(encoded: Uint8Array): string[];
export function encodeReaders(parties: string[]): Uint8Array;
/** Of bytes that are no entry, their plain hash. */
export function entryHash(encoded: Uint8Array): Promise<Hash>;
export function valueHash(
  salt: Uint8Array,
  accessHash: Hash,
  expiresAtUs: bigint,
  value: Uint8Array,
): Promise<Hash>;

// Proofs of one key

export const EMPTY_HASH: Hash;
export const End: Readonly<{ EMPTY: 0; LEAF: 1; OTHER_LEAF: 2 }>;
export interface Leaf {
  keyHash: Hash;
  valueHash: Hash;
}
export interface SparseProof {
  end: 0 | 1 | 2;
  other: Leaf | null;
  siblings: Hash[];
}
export function decodeSparseProof(encoded: Uint8Array): SparseProof;
/** A value hash of null: that the key is absent. */
export function verifySparseProof(
  proof: SparseProof,
  root: Hash,
  keyHash: Hash,
  valueHash: Hash | null,
): Promise<void>;
export function leafHash(keyHash: Hash, valueHash: Hash): Promise<Hash>;
export function innerHash(left: Hash, right: Hash): Promise<Hash>;

// Proofs that walk over the tree

export const Kind: Readonly<{
  EMPTY: 0;
  LEAF: 1;
  OTHER_LEAF: 2;
  INNER: 3;
  EMPTY_BESIDE: 4;
  HASH_BESIDE: 5;
}>;
export interface WalkStep {
  kind: 0 | 1 | 2 | 3 | 4 | 5;
  hash: Hash;
  valueHash: Hash;
}

// Proofs of many keys

export interface KeyClaim {
  keyHash: Hash;
  /** null: the key is absent. */
  valueHash: Hash | null;
}
export function decodeMultiProof(encoded: Uint8Array): WalkStep[];
/** Claims sorted by key hash, each key once. */
export function verifyMultiProof(steps: WalkStep[], root: Hash, claims: KeyClaim[]): Promise<void>;

// Proofs of a range

export interface KeySpan {
  first: Hash;
  last: Hash;
}
export function wholeSpan(): KeySpan;
export function decodeRangeProof(encoded: Uint8Array): WalkStep[];
export function verifyRangeProof(
  steps: WalkStep[],
  root: Hash,
  range: KeySpan,
  leaves: Leaf[],
): Promise<void>;
/** Of sorted leaves that agree in their first `depth` bits; 0 when not given. */
export function subtreeRoot(leaves: Leaf[], depth?: number): Promise<Hash>;

export interface SnapshotRange {
  span: KeySpan;
  entries: { key: Uint8Array; entry: Uint8Array; leaf: Leaf }[];
  steps: WalkStep[];
}
export function decodeSnapshotRange(encoded: Uint8Array): Promise<SnapshotRange>;
export function verifySnapshotRange(range: SnapshotRange, root: Hash): Promise<void>;

// Ordered trees

export function orderedLeaf(bytes: Uint8Array): Promise<Hash>;
export function orderedRoot(leaves: Hash[]): Promise<Hash>;
export function verifyOrderedPath(
  root: Hash,
  leaf: Hash,
  index: number,
  leafCount: number,
  path: Hash[],
): Promise<boolean>;
/** Without a value hash, a removal. */
export function writeLeaf(keyHash: Hash, valueHash?: Hash | null): Promise<Hash>;

// Cryptography

export function sha256(...parts: Uint8Array[]): Promise<Hash>;
export function verifySignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean>;

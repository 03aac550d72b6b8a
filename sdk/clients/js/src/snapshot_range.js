// A piece of the state as one replica sends it to another: the entries of a range of key hashes and
// the proof that they are all of it. The C++ counterpart is tenon/merkle/snapshot_range.hpp; the
// format is docs/spec/merkle-proof.md.
import { Reader } from "./bytes.js";
import { entryHash } from "./entry.js";
import { MalformedError } from "./errors.js";
import { decodeRangeProof, verifyRangeProof, wholeSpan } from "./range_proof.js";
import { sha256 } from "./sha256.js";

const VERSION = 1;

function malformed(what) {
  return new MalformedError(`malformed range of the state: ${what}`);
}

function takeSized(reader) {
  const size = reader.be32();
  return size === null ? null : reader.take(size);
}

async function decodeEntries(reader, count) {
  const entries = [];
  for (let i = 0; i < count; ++i) {
    const key = takeSized(reader);
    const entry = key === null ? null : takeSized(reader);
    if (entry === null) throw malformed(`it ends inside entry ${i}`);
    if (key.length === 0) throw malformed(`entry ${i} has an empty key`);
    const leaf = { keyHash: await sha256(key), valueHash: await entryHash(entry) };
    entries.push({ key, entry, leaf });
  }
  return entries;
}

/** {span: {first, last}, entries: [{key, entry, leaf}], steps}; proves nothing yet. */
export async function decodeSnapshotRange(encoded) {
  const reader = new Reader(encoded);
  if (reader.u8() !== VERSION) throw malformed("expected version 1");
  const first = reader.hash();
  const reachesEnd = first === null ? null : reader.u8();
  const count = reachesEnd === null ? null : reader.be32();
  if (count === null || reachesEnd > 1) throw malformed("its first hash, its end or its count");
  if (count === 0 && reachesEnd === 0) {
    throw malformed("no entries, although it does not reach the end");
  }
  const entries = await decodeEntries(reader, count);
  const last = reachesEnd === 1 ? wholeSpan().last : entries[count - 1].leaf.keyHash;
  return { span: { first, last }, entries, steps: decodeRangeProof(reader.rest()) };
}

/** Refuses unless the range is the whole of its span under this state root. */
export async function verifySnapshotRange(range, root) {
  await verifyRangeProof(
    range.steps,
    root,
    range.span,
    range.entries.map((entry) => entry.leaf),
  );
}

// What the ledger keeps under one key of its state, and how it is hashed.
// The C++ counterpart is tenon/merkle/state_entry.hpp; the format is docs/spec/merkle-proof.md.
import { Reader, ascii, be16, be32, be64, compare, concat, present, utf8 } from "./bytes.js";
import { MalformedError } from "./errors.js";
import { sha256 } from "./sha256.js";

const VERSION = 1;
const MOST_READER_BYTES = 0xffff;
/** Alone in a list of readers: everybody. */
export const PUBLIC_READER = "*";

function split(encoded) {
  const reader = new Reader(encoded);
  if (reader.u8() !== VERSION) return null;
  const salt = reader.hash();
  const expiresAtUs = salt && reader.be64();
  const readersSize = expiresAtUs === null ? null : reader.be32();
  const readers = readersSize === null ? null : reader.take(readersSize);
  return readers === null ? null : { salt, expiresAtUs, readers, value: reader.rest() };
}

/** The parties of an encoded list; refused unless they are sorted by their bytes, each once. */
export function decodeReaders(encoded) {
  const reader = new Reader(encoded);
  const parties = [];
  let before = null;
  while (!reader.empty) {
    const size = present(reader.be16(), "malformed readers: the list ends inside a size");
    const party = present(reader.take(size), "malformed readers: the list ends inside a party");
    if (before !== null && compare(before, party) >= 0) {
      throw new MalformedError(
        `malformed readers: party ${parties.length} is not above the one before it`,
      );
    }
    parties.push(present(utf8(party), "malformed readers: a party is not UTF-8"));
    before = party;
  }
  if (parties.length > 1 && parties.includes(PUBLIC_READER)) {
    throw new MalformedError(`malformed readers: "${PUBLIC_READER}" stands with others`);
  }
  return parties;
}

export function encodeReaders(parties) {
  const sorted = [...new Set(parties)].map(ascii).sort(compare);
  const named = parties.includes(PUBLIC_READER) ? [ascii(PUBLIC_READER)] : sorted;
  for (const party of named) {
    if (party.length > MOST_READER_BYTES) {
      throw new TypeError(`a reader has ${party.length} bytes, at most ${MOST_READER_BYTES}`);
    }
  }
  return concat(...named.map((party) => concat(be16(party.length), party)));
}

/** {salt, expiresAtUs (BigInt, 0: never), readers, value}; refused in any but its one encoding. */
export function decodeEntry(encoded) {
  const parts = present(
    split(encoded),
    `a state entry of ${encoded.length} bytes is malformed: ` +
      "expected version 1, salt, expiry, readers, value",
  );
  return { ...parts, readers: decodeReaders(parts.readers) };
}

export function encodeEntry({ salt, expiresAtUs, readers, value }) {
  const list = encodeReaders(readers);
  return concat(Uint8Array.of(VERSION), salt, be64(expiresAtUs), be32(list.length), list, value);
}

/** What the value hash of a leaf is the hash of, from the parts of its entry. */
export function valuePreimage(salt, accessHash, expiresAtUs, value) {
  return concat(salt, accessHash, be64(expiresAtUs), value);
}

/** The value hash of a leaf, from the parts of its entry. */
export function valueHash(salt, accessHash, expiresAtUs, value) {
  return sha256(valuePreimage(salt, accessHash, expiresAtUs, value));
}

/** The value hash of the leaf of an encoded entry; of bytes that are none, their plain hash. */
export async function entryHash(encoded) {
  const parts = split(encoded);
  if (parts === null) return sha256(encoded);
  return valueHash(parts.salt, await sha256(parts.readers), parts.expiresAtUs, parts.value);
}

// Protocol buffer messages (proto3), decoded as the nodes' own library decodes them: where a field
// comes twice the last value counts, parts of one message are merged, and fields that are unknown
// here are passed over. What is hashed and signed are the bytes as they came, so that they need no
// other form (docs/spec/wire.md).
//
// A message type is {name, fields}: number -> {name, type, repeated}, `type` one of the words below
// or a message type. Integers of 64 bits become BigInts.
import { HASH_SIZE, requireBytes, utf8 } from "./bytes.js";

const VARINT = 0;
const FIXED64 = 1;
const SIZED = 2;
const GROUP = 3;
const GROUP_END = 4;
const FIXED32 = 5;
const MOST_DEPTH = 100;
const MOST_SIZE = 2 ** 31 - 1 - 16; // of a field

const SCALARS = {
  uint32: { wire: VARINT, initial: () => 0, read: (bytes) => bytes.uint32() },
  uint64: { wire: VARINT, initial: () => 0n, read: (bytes) => bytes.varint(10) },
  bool: { wire: VARINT, initial: () => false, read: (bytes) => bytes.varint(10) !== 0n },
  fixed64: { wire: FIXED64, initial: () => 0n, read: (bytes) => bytes.fixed64() },
  bytes: { wire: SIZED, initial: () => new Uint8Array(), read: (bytes) => bytes.sized() },
  string: { wire: SIZED, initial: () => "", read: (bytes) => bytes.text() },
};

/** Thrown and caught in this file. */
class Unreadable extends Error {}

class MessageBytes {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get empty() {
    return this.#at === this.#bytes.length;
  }

  /** Of at most so many bytes; what exceeds 64 bits is dropped. */
  varint(mostBytes) {
    let value = 0n;
    for (let i = 0; i < mostBytes; ++i) {
      const byte = this.take(1)[0];
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Unreadable();
  }

  uint32() {
    return Number(BigInt.asUintN(32, this.varint(10)));
  }

  tag() {
    return Number(BigInt.asUintN(32, this.varint(5)));
  }

  fixed64() {
    return this.take(8).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  sized() {
    const size = Number(this.varint(5));
    if (size > MOST_SIZE) throw new Unreadable();
    return this.take(size);
  }

  text() {
    const text = utf8(this.sized());
    if (text === null) throw new Unreadable();
    return text;
  }

  take(size) {
    if (size > this.#bytes.length - this.#at) throw new Unreadable();
    this.#at += size;
    return this.#bytes.slice(this.#at - size, this.#at);
  }
}

function emptyMessage(type) {
  const message = {};
  for (const field of Object.values(type.fields)) {
    if (field.repeated) message[field.name] = [];
    else message[field.name] = SCALARS[field.type]?.initial() ?? emptyMessage(field.type);
  }
  return message;
}

function skip(bytes, tag, depth) {
  switch (tag & 7) {
    case VARINT:
      return bytes.varint(10);
    case FIXED64:
      return bytes.take(8);
    case SIZED:
      return bytes.sized();
    case FIXED32:
      return bytes.take(4);
    case GROUP:
      return skipGroup(bytes, tag, depth - 1);
    default:
      throw new Unreadable();
  }
}

function skipGroup(bytes, start, depth) {
  if (depth < 0) throw new Unreadable();
  for (;;) {
    const tag = bytes.tag();
    if (tag >>> 3 === 0) throw new Unreadable();
    if (tag === start - GROUP + GROUP_END) return;
    skip(bytes, tag, depth);
  }
}

function readField(bytes, field, message, depth) {
  const scalar = SCALARS[field.type];
  if (scalar !== undefined) {
    const value = scalar.read(bytes);
    if (field.repeated) message[field.name].push(value);
    else message[field.name] = value;
    return;
  }
  const target = field.repeated ? emptyMessage(field.type) : message[field.name];
  if (depth === 0) throw new Unreadable();
  readMessage(new MessageBytes(bytes.sized()), field.type, target, depth - 1);
  if (field.repeated) message[field.name].push(target);
}

function readMessage(bytes, type, message, depth) {
  while (!bytes.empty) {
    const tag = bytes.tag();
    if (tag >>> 3 === 0) throw new Unreadable();
    const field = type.fields[tag >>> 3];
    const wire = field === undefined ? -1 : (SCALARS[field.type]?.wire ?? SIZED);
    if ((tag & 7) === wire) readField(bytes, field, message, depth);
    else skip(bytes, tag, depth);
  }
}

/** The message, or null when the bytes are none. */
export function decodeMessage(type, encoded) {
  requireBytes(encoded, type.name);
  const message = emptyMessage(type);
  try {
    readMessage(new MessageBytes(encoded), type, message, MOST_DEPTH);
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
  return message;
}

/** The bytes of a field that holds a hash; 32 zero bytes when they are not 32. */
export function hashOrZero(bytes) {
  return bytes.length === HASH_SIZE ? bytes : new Uint8Array(HASH_SIZE);
}

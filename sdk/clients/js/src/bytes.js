// Byte strings (Uint8Array), their text forms, and fixed-width integers in them. Pure.
// The C++ counterpart is tenon/core/encoding.hpp.
import { MalformedError } from "./errors.js";

export const HASH_SIZE = 32;

const HEX_DIGITS = "0123456789abcdef";
const BASE64_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_VALUES = new Map([...BASE64_DIGITS].map((digit, value) => [digit, value]));
const UTF8_IN = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF8_OUT = new TextEncoder();

/** Throws a TypeError unless `value` is a Uint8Array (of `size` bytes). */
export function requireBytes(value, what, size) {
  if (!(value instanceof Uint8Array) || (size !== undefined && value.length !== size)) {
    const expected = size === undefined ? "a Uint8Array" : `a Uint8Array of ${size} bytes`;
    const found = value instanceof Uint8Array ? `one of ${value.length}` : typeof value;
    throw new TypeError(`${what}: expected ${expected}, found ${found}`);
  }
  return value;
}

export function ascii(text) {
  return UTF8_OUT.encode(text);
}

/** The text, or null when the bytes are not UTF-8: neither overlong forms nor surrogates. */
export function utf8(bytes) {
  try {
    return UTF8_IN.decode(bytes);
  } catch {
    return null;
  }
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Below zero, zero, above zero: the order of byte strings, byte by byte. */
export function compare(left, right) {
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; ++i) {
    if (left[i] !== right[i]) return left[i] - right[i];
  }
  return left.length - right.length;
}

export function equal(left, right) {
  return compare(left, right) === 0;
}

export function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += HEX_DIGITS[byte >> 4] + HEX_DIGITS[byte & 15];
  return text;
}

/** Null when `text` has an odd length or a character that is not a hex digit. */
export function fromHex(text) {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

/** RFC 4648 section 4, with padding. */
export function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const count = Math.min(3, bytes.length - i);
    const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let j = 0; j < 4; ++j) {
      text += j <= count ? BASE64_DIGITS[(group >> (18 - 6 * j)) & 63] : "=";
    }
  }
  return text;
}

/** Null unless `text` is what toBase64() makes: there is one text per byte string. */
export function fromBase64(text) {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let group = 0;
  for (let i = 0; i < text.length; ++i) {
    const value = i >= text.length - padding ? 0 : BASE64_VALUES.get(text[i]);
    if (value === undefined) return null;
    group = (group << 6) | value;
    if (i % 4 !== 3) continue;
    for (let j = 0; j < 3; ++j) {
      const at = ((i - 3) / 4) * 3 + j;
      const byte = (group >> (16 - 8 * j)) & 255;
      if (at < bytes.length) bytes[at] = byte;
      else if (byte !== 0) return null; // bits that the padding discards must be zero
    }
    group = 0;
  }
  return bytes;
}

function bigEndian(value, size) {
  const bytes = new Uint8Array(size);
  let rest = BigInt(value);
  for (let i = size; i-- > 0; rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

export const be16 = (value) => bigEndian(value, 2);
export const be32 = (value) => bigEndian(value, 4);
export const be64 = (value) => bigEndian(value, 8);
/** be32 length and the bytes. */
export const sized = (bytes) => concat(be32(bytes.length), bytes);

/** Takes pieces off the front of a byte string; null when there are not enough bytes left. */
export class Reader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = requireBytes(bytes, "encoded bytes");
  }

  get empty() {
    return this.#at === this.#bytes.length;
  }

  take(size) {
    if (size > this.#bytes.length - this.#at) return null;
    this.#at += size;
    return this.#bytes.slice(this.#at - size, this.#at);
  }

  rest() {
    return this.take(this.#bytes.length - this.#at);
  }

  hash() {
    return this.take(HASH_SIZE);
  }

  u8() {
    const bytes = this.take(1);
    return bytes === null ? null : bytes[0];
  }

  be16() {
    const value = this.#integer(2);
    return value === null ? null : Number(value);
  }

  be32() {
    const value = this.#integer(4);
    return value === null ? null : Number(value);
  }

  /** A BigInt. */
  be64() {
    return this.#integer(8);
  }

  #integer(size) {
    const bytes = this.take(size);
    return bytes === null ? null : bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }
}

/** Null becomes a refusal. */
export function present(value, sentence) {
  if (value === null) throw new MalformedError(sentence);
  return value;
}

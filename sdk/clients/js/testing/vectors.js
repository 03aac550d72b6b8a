// What the tests share: the vectors of sdk/testdata, drawn bytes, and the one way to fail.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { ProofError, fromHex } from "../src/index.js";

const TESTDATA = new URL("../../../testdata/", import.meta.url);

/** The bytes of a file of sdk/testdata. */
export function testdata(name) {
  return new Uint8Array(readFileSync(new URL(name, TESTDATA)));
}

/** Its lines, without comments and empty ones. */
export function linesOf(name) {
  const lines = new TextDecoder().decode(testdata(name)).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

/** Of a word: hex, or "-" for no bytes. */
export function bytesOf(word) {
  return word === "-" ? new Uint8Array() : fromHex(word);
}

/** Every copy of the bytes with one bit flipped: [the bit's number, the copy]. */
export function* flippedBits(bytes) {
  for (let bit = 0; bit < bytes.length * 8; ++bit) {
    const changed = bytes.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    yield [bit, changed];
  }
}

/** The same drawn numbers in every run: xorshift32. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed | 1;
  }

  below(bound) {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  bytes(size) {
    return Uint8Array.from({ length: size }, () => this.below(256));
  }

  /** A copy with a few places overwritten, cut out or grown. */
  damaged(bytes) {
    let copy = [...bytes];
    for (let i = this.below(4); i >= 0; --i) {
      const at = this.below(copy.length + 1);
      const piece = [...this.bytes(this.below(4))];
      copy.splice(at, this.below(3), ...piece);
    }
    return Uint8Array.from(copy);
  }
}

/** The refusal of a check, or null when it passes; any error but a ProofError fails the test. */
export async function refusalOf(check) {
  try {
    await check();
    return null;
  } catch (error) {
    assert.ok(error instanceof ProofError, `expected a ProofError, found ${error.stack}`);
    assert.match(error.message, /^\S.*\S$/s);
    return error;
  }
}

/** The trust that a line "trust CHAIN EPOCH MAX_BYZANTINE NAME=KEY..." gives. */
export function trustOf(line) {
  const [, chain, epoch, maxByzantine, ...members] = line.split(" ");
  const validators = members.map((member) => {
    const [name, key] = member.split("=");
    return { name, publicKey: fromHex(key) };
  });
  return {
    chain: fromHex(chain),
    validators: { epoch: BigInt(epoch), maxByzantine: Number(maxByzantine), validators },
  };
}

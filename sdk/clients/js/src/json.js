// JSON (RFC 8259) without loss: whole numbers are BigInts, objects are Maps, and an object that has
// a member twice is refused. What stands in clear beside a proof is compared with what the proof
// says, and JSON.parse() would take 2^53 and 2^53 + 1 for the same number.
import { utf8 } from "./bytes.js";
import { MalformedError } from "./errors.js";

const MOST_DEPTH = 500;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
// eslint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const LITERALS = [
  ["true", true],
  ["false", false],
  ["null", null],
];
const LEAST_INTEGER = -(2n ** 63n);
const MOST_INTEGER = 2n ** 64n - 1n;

class Parser {
  #text;
  #at = 0;

  constructor(text) {
    this.#text = text;
  }

  document() {
    const value = this.#value(0);
    if (this.#at !== this.#text.length) this.#fail("the end");
    return value;
  }

  #value(depth) {
    if (depth > MOST_DEPTH) this.#fail(`at most ${MOST_DEPTH} levels`);
    this.#match(SPACE);
    const value = this.#one(depth);
    this.#match(SPACE);
    return value;
  }

  #one(depth) {
    const next = this.#text[this.#at];
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#array(depth);
    if (next === '"') return this.#string();
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #object(depth) {
    const members = new Map();
    this.#list("}", () => {
      this.#match(SPACE);
      const name = this.#string();
      if (members.has(name)) this.#fail(`each member once, and ${JSON.stringify(name)} came twice`);
      this.#match(SPACE);
      if (this.#text[this.#at++] !== ":") this.#fail("a colon");
      members.set(name, this.#value(depth + 1));
    });
    return members;
  }

  #array(depth) {
    const items = [];
    this.#list("]", () => items.push(this.#value(depth + 1)));
    return items;
  }

  /** What stands between commas, from the opening bracket to the closing one. */
  #list(end, item) {
    ++this.#at;
    this.#match(SPACE);
    if (this.#text[this.#at] === end) {
      ++this.#at;
      return;
    }
    for (;;) {
      item();
      const next = this.#text[this.#at++];
      if (next === end) return;
      if (next !== ",") this.#fail(`a comma or ${end}`);
    }
  }

  #string() {
    const [literal] = this.#match(STRING) ?? this.#fail("a string");
    const value = JSON.parse(literal);
    if (LONE_SURROGATE.test(value)) this.#fail("no half of a surrogate pair");
    return value;
  }

  #number() {
    const [literal, fraction, exponent] = this.#match(NUMBER) ?? this.#fail("a value");
    if (fraction === undefined && exponent === undefined) {
      const whole = BigInt(literal);
      if (whole >= LEAST_INTEGER && whole <= MOST_INTEGER) return whole;
    }
    const value = Number(literal);
    return Number.isFinite(value) ? value : this.#fail("a number that is not too large");
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #fail(expected) {
    throw new MalformedError(`not JSON: expected ${expected}, at character ${this.#at}`);
  }
}

/** Of a text or its UTF-8 bytes. */
export function parseJson(source) {
  const text = typeof source === "string" ? source : utf8(source);
  if (text === null) throw new MalformedError("not JSON: the bytes are not UTF-8");
  return new Parser(text).document();
}

/** Numbers by their value, objects whatever the order of their members. */
export function sameJson(left, right) {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, i) => sameJson(item, right[i]));
  }
  if (left instanceof Map && right instanceof Map) {
    return (
      left.size === right.size &&
      [...left].every(([name, value]) => right.has(name) && sameJson(value, right.get(name)))
    );
  }
  const numbers = [left, right].every((value) => ["bigint", "number"].includes(typeof value));
  if (numbers && typeof left !== typeof right) return Number(left) === Number(right);
  return left === right;
}

/** In one line. */
export function writeJson(value) {
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (value instanceof Map) {
    const members = [...value].map(([name, member]) => `${writeJson(name)}:${writeJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}

/** "an object", "a string" … */
export function jsonType(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof Map) return "object";
  return typeof value === "bigint" ? "number" : typeof value;
}

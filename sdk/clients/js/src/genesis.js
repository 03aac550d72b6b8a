// What an outsider trusts: a genesis document. Its bytes give the chain, its validators the set
// that certifies the first epoch (docs/spec/genesis.md). Of its other members, which are the nodes'
// business, only the presence is checked.
import { fromHex, requireBytes } from "./bytes.js";
import { MalformedError } from "./errors.js";
import { jsonType, parseJson, writeJson } from "./json.js";
import { sha256 } from "./sha256.js";

const VERSION = 1n;

function wrong(path, expected, found) {
  return new MalformedError(`genesis document, ${path}: expected ${expected}, found ${found}`);
}

/** Takes members out of one object; complains, with their path, about what is not as expected. */
class Members {
  #object;
  #path;
  #taken = new Set();

  constructor(object, path) {
    if (!(object instanceof Map)) throw wrong(path, "an object", jsonType(object));
    this.#object = object;
    this.#path = path;
  }

  pathOf(name) {
    return `${this.#path}/${name}`;
  }

  child(name, type, expected) {
    this.#taken.add(name);
    const value = this.#object.get(name);
    if (value === undefined) throw wrong(this.pathOf(name), expected, "nothing");
    if (jsonType(value) !== type) throw wrong(this.pathOf(name), expected, jsonType(value));
    return value;
  }

  /** Null when it is not there. */
  optional(name, take) {
    return this.#object.has(name) ? take.call(this, name) : null;
  }

  text(name) {
    return this.child(name, "string", "a string");
  }

  object(name) {
    return this.child(name, "object", "an object");
  }

  list(name) {
    return this.child(name, "array", "a list");
  }

  number(name) {
    const expected = "a number, zero or more";
    const value = this.child(name, "number", expected);
    if (typeof value !== "bigint" || value < 0n) throw wrong(this.pathOf(name), expected, "number");
    return value;
  }

  hex32(name) {
    const text = this.text(name);
    const bytes = fromHex(text);
    if (bytes === null || bytes.length !== 32) {
      throw wrong(this.pathOf(name), "64 hex digits", writeJson(text));
    }
    return bytes;
  }

  finish() {
    if (this.#taken.size === this.#object.size) return;
    const unknown = [...this.#object.keys()].find((name) => !this.#taken.has(name));
    throw wrong(this.pathOf(unknown), "no such member", "one");
  }
}

function validatorOf(item, path) {
  const members = new Members(item, path);
  const validator = { name: members.text("name"), publicKey: members.hex32("public_key") };
  members.optional("tls_key", members.hex32);
  members.finish();
  return validator;
}

function checkSet({ validators, maxByzantine }) {
  const needs = (what, holds) => {
    if (!holds) throw new MalformedError(`genesis document: ${what}`);
  };
  needs("expected at least one validator", validators.length > 0);
  needs(
    "expected 3 * max_byzantine + 1 validators or more",
    BigInt(validators.length) > 3n * maxByzantine,
  );
  const names = new Set(validators.map(({ name }) => name));
  const keys = new Set(validators.map(({ publicKey }) => publicKey.join()));
  needs(
    "expected validators with different names and keys",
    names.size === validators.length && keys.size === validators.length,
  );
}

/** The trust in the chain of a genesis document, given by the bytes of its file. */
export async function readGenesis(bytes) {
  const members = new Members(parseGenesis(requireBytes(bytes, "genesis document")), "");
  const version = members.number("version");
  if (version !== VERSION) throw wrong("/version", "1", version);
  members.text("name");
  members.number("time_us");
  const maxByzantine = members.number("max_byzantine");
  members.list("engines");
  const path = members.pathOf("validators");
  const validators = members.list("validators").map((item, i) => validatorOf(item, `${path}/${i}`));
  members.list("clients");
  members.optional("operators", members.object);
  members.object("parameters");
  members.finish();
  checkSet({ validators, maxByzantine });
  return {
    chain: await sha256(bytes),
    validators: { epoch: 0n, maxByzantine: Number(maxByzantine), validators },
  };
}

function parseGenesis(bytes) {
  try {
    return parseJson(bytes);
  } catch (error) {
    throw error instanceof MalformedError ? error.withContext("genesis document") : error;
  }
}

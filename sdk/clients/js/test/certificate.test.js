import assert from "node:assert/strict";
import test from "node:test";

import { quorum, sha256, toHex, validatorsHash, verifyCertificate } from "../src/index.js";
import { ascii, be32, be64, concat, sized } from "../src/bytes.js";
import { refusalOf } from "../testing/vectors.js";

const set = {
  epoch: 2n ** 64n - 1n,
  maxByzantine: 1,
  validators: ["a", "é", "c", ""].map((name, i) => ({
    name,
    publicKey: new Uint8Array(32).fill(i),
  })),
};

test("certificate: a set is hashed with its epoch, faults, names and keys", async () => {
  const members = set.validators.map(({ name, publicKey }) =>
    concat(sized(ascii(name)), sized(publicKey)),
  );
  const expected = await sha256(
    ascii("tenon/validators/v1\0"),
    be64(set.epoch),
    be32(1),
    be32(4),
    ...members,
  );
  assert.equal(toHex(await validatorsHash(set)), toHex(expected));
});

test("certificate: two quorums share a validator that is honest", () => {
  for (let n = 1; n <= 40; ++n) {
    for (let f = 0; 3 * f < n; ++f) {
      assert.ok(2 * quorum(n, f) - n > f);
      assert.ok(quorum(n, f) <= n - f);
    }
  }
});

test("certificate: one that names no block or no result is refused", async () => {
  const whole = { view: 1n, blockId: set.validators[1].publicKey, signatures: [] };
  const certificates = [
    { ...whole, resultHash: new Uint8Array() },
    { ...whole, resultHash: whole.blockId, blockId: new Uint8Array(31) },
  ];
  for (const certificate of certificates) {
    const refusal = await refusalOf(() => verifyCertificate(certificate, whole.blockId, set));
    assert.equal(refusal.message, "not proved: the certificate names no block or no result");
  }
});

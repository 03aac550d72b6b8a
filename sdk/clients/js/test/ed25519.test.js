import assert from "node:assert/strict";
import test from "node:test";

import { verifySignature } from "../src/index.js";
import { bytesOf, flippedBits, linesOf } from "../testing/vectors.js";

const vectors = linesOf("crypto/ed25519.txt").map((line) => {
  const [verdict, ...words] = line.split(" ");
  return { line, valid: verdict === "valid", words: words.map(bytesOf) };
});

test("ed25519: every shared signature is judged as the nodes judge it", async () => {
  assert.ok(vectors.length > 20);
  for (const { line, valid, words } of vectors) {
    assert.equal(await verifySignature(...words), valid, line);
  }
});

test("ed25519: any flipped bit of a key or a signature makes it invalid", async () => {
  const [publicKey, message, signature] = vectors.find(({ valid }) => valid).words;
  for (const [bit, changed] of flippedBits(signature)) {
    assert.ok(!(await verifySignature(publicKey, message, changed)), `bit ${bit}`);
  }
  for (const [bit, changed] of flippedBits(publicKey)) {
    assert.ok(!(await verifySignature(changed, message, signature)), `bit ${bit}`);
  }
});

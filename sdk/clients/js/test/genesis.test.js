import assert from "node:assert/strict";
import test from "node:test";

import { ascii } from "../src/bytes.js";
import { readGenesis, sha256, toHex } from "../src/index.js";
import { Random, refusalOf, testdata } from "../testing/vectors.js";

const bytes = testdata("proofs/made_genesis.json");
const document = JSON.parse(new TextDecoder().decode(bytes));

/** The refusal of a document that `change` has been at. */
async function saidOf(change) {
  const copy = structuredClone(document);
  change(copy);
  const refusal = await refusalOf(() => readGenesis(ascii(JSON.stringify(copy))));
  return refusal?.message ?? "trusted";
}

test("genesis: the chain is the hash of the bytes, the set is that of epoch 0", async () => {
  const trust = await readGenesis(bytes);
  assert.deepEqual(trust.chain, await sha256(bytes));
  assert.equal(trust.validators.epoch, 0n);
  assert.equal(trust.validators.maxByzantine, 1);
  assert.deepEqual(
    trust.validators.validators.map(({ name, publicKey }) => ({
      name,
      public_key: toHex(publicKey),
    })),
    document.validators,
  );
});

test("genesis: a document with operators and keys of channels is trusted too", async () => {
  assert.equal(
    await saidOf((one) => {
      one.operators = { threshold: 1, keys: [] };
      one.validators[0].tls_key = "00".repeat(32);
    }),
    "trusted",
  );
  await readGenesis(testdata("proofs/genesis.json"));
});

test("genesis: what is missing, mistyped or unknown is said with its path", async () => {
  const said = [
    [(one) => delete one.name, "/name: expected a string, found nothing"],
    [
      (one) => {
        one.version = 2;
      },
      "/version: expected 1, found 2",
    ],
    [
      (one) => {
        one.version = "1";
      },
      "/version: expected a number, zero or more, found string",
    ],
    [
      (one) => {
        one.max_byzantine = -1;
      },
      "/max_byzantine: expected a number, zero or more, found number",
    ],
    [
      (one) => {
        one.max_byzantine = 0.5;
      },
      "/max_byzantine: expected a number, zero or more, found number",
    ],
    [
      (one) => {
        one.validators = {};
      },
      "/validators: expected a list, found object",
    ],
    [
      (one) => {
        one.validators[1] = 7;
      },
      "/validators/1: expected an object, found number",
    ],
    [
      (one) => {
        one.validators[3].public_key = "00";
      },
      '/validators/3/public_key: expected 64 hex digits, found "00"',
    ],
    [
      (one) => {
        one.validators[0].weight = 2;
      },
      "/validators/0/weight: expected no such member, found one",
    ],
    [
      (one) => {
        one.remark = "";
      },
      "/remark: expected no such member, found one",
    ],
    [(one) => delete one.parameters, "/parameters: expected an object, found nothing"],
  ];
  for (const [change, sentence] of said) {
    assert.equal(await saidOf(change), `genesis document, ${sentence}`);
  }
});

test("genesis: a set that cannot withstand its liars, or has twins, is refused", async () => {
  const few = "genesis document: expected 3 * max_byzantine + 1 validators or more";
  assert.equal(
    await saidOf((one) => {
      one.max_byzantine = 2;
    }),
    few,
  );
  assert.equal(
    await saidOf((one) => {
      one.max_byzantine = 2 ** 32;
    }),
    few,
  );
  assert.equal(
    await saidOf((one) => {
      one.validators = [];
    }),
    "genesis document: expected at least one validator",
  );
  const twins = "genesis document: expected validators with different names and keys";
  assert.equal(
    await saidOf((one) => {
      one.validators[0].name = one.validators[1].name;
    }),
    twins,
  );
  assert.equal(
    await saidOf((one) => {
      one.validators[0].public_key = one.validators[1].public_key.toUpperCase();
    }),
    twins,
  );
});

test("genesis: damaged documents are refused, or give another chain", async () => {
  const { chain } = await readGenesis(bytes);
  const random = new Random(10);
  for (let i = 0; i < 1000; ++i) {
    const damaged = random.damaged(bytes);
    let trust;
    if (
      (await refusalOf(async () => {
        trust = await readGenesis(damaged);
      })) !== null
    )
      continue;
    assert.equal(toHex(trust.chain) === toHex(chain), toHex(damaged) === toHex(bytes));
  }
  assert.match(
    (await refusalOf(() => readGenesis(new Uint8Array()))).message,
    /^genesis document: not JSON: /,
  );
});

import assert from "node:assert/strict";
import test from "node:test";

import { ascii } from "../src/bytes.js";
import { fromBase64, readGenesis, toHex, verifyProofFile } from "../src/index.js";
import { Random, linesOf, refusalOf, testdata } from "../testing/vectors.js";

const textOf = (name) => new TextDecoder().decode(testdata(`proofs/${name}`));
const trustIn = (name) => readGenesis(testdata(`proofs/${name}`));
const made = textOf("made.json");
const madeTrust = await trustIn("made_genesis.json");

/** The members of a document, each with the JSON that stands in the file. */
function membersOf(text) {
  // Numbers beyond 2^53 must come through, so that the text is cut and not parsed.
  const starts = [...text.matchAll(/^ {2}"(\w+)": /gm)];
  return new Map(
    starts.map((start, i) => {
      const from = start.index + start[0].length;
      const to =
        i + 1 < starts.length ? text.lastIndexOf(",", starts[i + 1].index) : text.lastIndexOf("}");
      return [start[1], text.slice(from, to)];
    }),
  );
}

function documentOf(members) {
  return `{${[...members].map(([name, value]) => `"${name}": ${value}`).join(",\n")}}`;
}

async function verdictOn(source, trust) {
  const refusal = await refusalOf(() => verifyProofFile(source, trust));
  return refusal === null ? "proved" : `refused ${refusal.message}`;
}

test("proof file: every shared file gets its verdict, and a changed one its reason", async () => {
  let original;
  let trust;
  let text;
  let verdicts = 0;
  for (const line of linesOf("proofs/files.txt")) {
    const [command, name, ...words] = line.split(" ");
    const rest = words.join(" ");
    if (command === "file") {
      text = textOf(name);
      original = membersOf(text);
      trust = await trustIn(rest);
    } else if (command === "with") {
      text = documentOf(new Map(original).set(name, rest));
    } else if (command === "without") {
      const members = new Map(original);
      assert.ok(members.delete(name));
      text = documentOf(members);
    } else {
      assert.equal(await verdictOn(text, trust), line);
      assert.equal(await verdictOn(ascii(text), trust), line);
      ++verdicts;
    }
  }
  assert.ok(verdicts > 25);
});

test("proof file: what is proved is given in full", async () => {
  const proved = await verifyProofFile(made, madeTrust);
  assert.equal(proved.height, 7n);
  assert.equal(proved.recordTimeUs, 1700000000000001n);
  assert.deepEqual(proved.chain, madeTrust.chain);
  assert.deepEqual(proved.validators.validators, madeTrust.validators.validators);
  const text = (bytes) => bytes && new TextDecoder().decode(bytes);
  assert.deepEqual(
    proved.keys.map(({ key, value, expiresAtUs }) => [text(key), text(value), expiresAtUs]),
    [
      ["wasm/a", "100", 0n],
      ["wasm/b", "", 1700000000000000n],
      ["wasm/nobody", null, 0n],
    ],
  );
  assert.equal(text(proved.query.request), '{"function":"totals"}');
  assert.match(text(proved.query.response), /^\{"result":/);
});

test("proof file: a node's own file is proved through two handovers", async () => {
  const proved = await verifyProofFile(textOf("balance.json"), await trustIn("genesis.json"));
  assert.equal(proved.validators.epoch, 2n);
  assert.ok(proved.keys.length >= 3);
});

test("proof file: another genesis document proves nothing", async () => {
  const trust = await trustIn("genesis.json");
  assert.match(
    await verdictOn(made, trust),
    /^refused the proof does not hold: not proved: the block belongs to chain [0-9a-f]{64}, exp/,
  );
  const document = testdata("proofs/made_genesis.json");
  const spaced = await readGenesis(Uint8Array.of(...document, 0x20));
  assert.notEqual(toHex(spaced.chain), toHex(madeTrust.chain));
  assert.match(await verdictOn(made, spaced), /belongs to chain/);
});

test("proof file: the bare message is a proof file too", async () => {
  const message = fromBase64(JSON.parse(made).proof);
  assert.equal(await verdictOn(message, madeTrust), "proved");
  assert.match(
    await verdictOn(message.slice(0, -1), madeTrust),
    /neither a LedgerProof message nor/,
  );
});

test("proof file: what is no proof file is said", async () => {
  const said = {
    "{}": 'the file is JSON without a "proof" member',
    "[]": 'the file is JSON without a "proof" member',
    '{"proof": 1}': 'the file is JSON without a "proof" member',
    '{"proof": "AA"}': 'the file: "proof" is not base64',
    '{"proof": "",}': /^the file is neither a LedgerProof message nor JSON \(not JSON: expected /,
    '{"proof": "", "proof": ""}': /each member once, and "proof" came twice/,
    "": /^the file is neither|^the proof does not hold/,
  };
  for (const [text, message] of Object.entries(said)) {
    await assert.rejects(() => verifyProofFile(text, madeTrust), { message });
  }
  await assert.rejects(() => verifyProofFile(JSON.parse(made), madeTrust), { name: "TypeError" });
});

test("proof file: a changed character is refused, or nothing depends on it", async () => {
  const members = membersOf(made);
  const text = members.get("proof");
  const random = new Random(8);
  let refused = 0;
  for (let i = 0; i < 300; ++i) {
    const at = 1 + random.below(text.length - 2);
    const other = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="[
      random.below(65)
    ];
    const changed = text.slice(0, at) + other + text.slice(at + 1);
    const verdict = await verdictOn(documentOf(new Map(members).set("proof", changed)), madeTrust);
    refused += verdict !== "proved";
  }
  assert.ok(refused > 200, `${refused} of 300`);
});

test("proof file: damaged files are refused or say what they said", async () => {
  const random = new Random(9);
  const bytes = testdata("proofs/made.json");
  for (let i = 0; i < 500; ++i) await verdictOn(random.damaged(bytes), madeTrust);
});

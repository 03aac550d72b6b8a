// An application of the JSON API: a bank promises to pay, alice has part of it paid, and follows
// what she is owed through a restart of the node. Prints a line of JSON for each step that
// succeeded; a line on its input says that the node has been started again.
//
//   node main.js, with JSON_API (URL), BANK_TOKEN, ALICE_TOKEN, OPERATOR_TOKEN, BANK, ALICE
//   (parties), PACKAGE (its id)
"use strict";

const assert = require("node:assert/strict");
const readline = require("node:readline");
const Ledger = require("@daml/ledger").default;
const { templatesOf } = require("./iou.js");

console.debug = () => {}; // of the client's library

const environment = process.env;
const { Iou } = templatesOf(environment.PACKAGE);
const promise = (number, amount) => ({
  issuer: environment.BANK,
  owner: environment.ALICE,
  number: String(number),
  currency: "EUR",
  amount,
});

function connect(token) {
  return new Ledger({ token, httpBaseUrl: environment.JSON_API, reconnectThreshold: 0 });
}

function say(step, facts = {}) {
  process.stdout.write(JSON.stringify({ step, ...facts }) + "\n");
}

async function commands(bank, alice, operator) {
  const created = await bank.create(Iou, promise(1, "10.0"));
  assert.equal(created.templateId, Iou.templateId);
  assert.deepEqual(created.signatories, [environment.BANK]);
  assert.equal(Number(created.payload.amount), 10);
  say("created");

  const key = { issuer: environment.BANK, number: "1" };
  assert.equal((await alice.fetch(Iou, created.contractId)).contractId, created.contractId);
  assert.equal((await bank.fetchByKey(Iou, key)).contractId, created.contractId);
  assert.equal(await bank.fetchByKey(Iou, { ...key, number: "99" }), null);
  say("fetched");

  const [rest, events] = await alice.exercise(Iou.Settle, created.contractId, { paid: "4.5" });
  assert.equal(events.length, 2);
  assert.equal((await alice.fetch(Iou, created.contractId)), null);
  assert.equal(Number((await alice.fetch(Iou, rest)).payload.amount), 5.5);
  await assert.rejects(alice.exercise(Iou.Settle, created.contractId, { paid: "1.0" }),
                       (refusal) => refusal.status === 404);
  say("exercised");

  await bank.create(Iou, promise(2, "7.25"));
  await bank.create(Iou, { ...promise(3, "1.0"), currency: "USD" });
  const found = await alice.query(Iou, { currency: "EUR" });
  assert.deepEqual(found.map((each) => each.payload.number).sort(), ["1", "2"]);
  const large = await alice.query(Iou, { amount: { "%gt": "6" } });
  assert.deepEqual(large.map((each) => each.payload.number), ["2"]);
  say("queried");

  assert.ok((await alice.listPackages()).includes(environment.PACKAGE));
  const parties = await operator.getParties([environment.BANK, environment.ALICE]);
  assert.deepEqual(parties.map((each) => each.identifier).sort(),
                   [environment.ALICE, environment.BANK].sort());
  say("looked around");
}

// Resolves with the state of the stream at the event that leaves it so.
function stateAt(stream, event, condition) {
  return new Promise((resolve, reject) => {
    stream.on("close", (status) => reject(new Error("closed: " + JSON.stringify(status))));
    stream.on(event, (state) => condition(state) && resolve(state));
  });
}

async function follow(bank, alice, restarted) {
  const stream = alice.streamQueries(Iou, [{ currency: "EUR" }]);
  const seen = [];
  stream.on("change", (_, events) => seen.push(...events));
  await stateAt(stream, "live", (state) => state.length === 2);
  say("streaming");
  await restarted;
  const grown = stateAt(stream, "change", (state) => state.length === 3);
  await bank.create(Iou, promise(4, "3.0"));
  const numbers = (await grown).map((each) => each.payload.number).sort();
  assert.deepEqual(numbers, ["1", "2", "4"]);
  // It went on from where it was: nothing came twice.
  assert.equal(seen.filter((event) => event.created).length, 3);
  say("streamed through a restart");
  stream.close();
}

async function main() {
  const input = readline.createInterface({ input: process.stdin });
  const restarted = new Promise((resolve) => input.once("line", resolve));
  const bank = connect(environment.BANK_TOKEN);
  const alice = connect(environment.ALICE_TOKEN);
  await commands(bank, alice, connect(environment.OPERATOR_TOKEN));
  await follow(bank, alice, restarted);
  input.close();
}

main().catch((problem) => {
  console.error(problem);
  process.exit(1);
});

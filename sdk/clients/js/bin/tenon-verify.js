#!/usr/bin/env node
// tenon-verify FILE --genesis GENESIS: what `tenon proof verify` does with the same words and
// --json, without Tenon. Prints what is proved as one line of JSON. Exit codes are the tool's:
// 0 proved, 1 a file cannot be read, 2 the command line is wrong, 6 the proof does not verify.
import { readFile } from "node:fs/promises";
import { argv, exit, stderr, stdout } from "node:process";

import { ProofError, readGenesis, toHex, verifyProofFile } from "../src/index.js";

const FAILED = 1;
const USAGE = 2;
const UNPROVED = 6;

function fail(code, sentence) {
  stderr.write(`tenon-verify: ${sentence}\n`);
  exit(code);
}

/** As text where it is one word, otherwise as hex behind "0x". */
function printable(bytes) {
  const text = bytes.every((byte) => byte > 0x20 && byte <= 0x7e)
    ? new TextDecoder().decode(bytes)
    : null;
  return text !== null && !text.startsWith("0x") ? text : `0x${toHex(bytes)}`;
}

function answerOf(proved) {
  const answer = {
    verified: true,
    chain: toHex(proved.chain),
    height: proved.height.toString(),
    record_time_us: proved.recordTimeUs.toString(),
    state_root: toHex(proved.stateRoot),
    keys: proved.keys.map(({ key, value }) => ({
      key: printable(key),
      present: value !== null,
      value_hex: value === null ? null : toHex(value),
    })),
  };
  if (proved.query !== null) {
    answer.query = printable(proved.query.request);
    answer.claimed_response = printable(proved.query.response);
  }
  return answer;
}

/** [proof file, genesis file] */
function filesOf(words) {
  const option = words.indexOf("--genesis");
  const genesis = option < 0 ? undefined : words[option + 1];
  const files = words.filter((_, i) => option < 0 || (i !== option && i !== option + 1));
  if (files.length !== 1 || files[0].startsWith("-") || genesis === undefined) {
    fail(USAGE, "usage: tenon-verify FILE --genesis GENESIS");
  }
  return [files[0], genesis];
}

async function read(file) {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    return fail(FAILED, error.message);
  }
}

async function run() {
  const [proofFile, genesisFile] = filesOf(argv.slice(2));
  const [proof, genesis] = [await read(proofFile), await read(genesisFile)];
  const trust = await readGenesis(genesis).catch((error) => fail(FAILED, error.message));
  const proved = await verifyProofFile(proof, trust);
  stdout.write(`${JSON.stringify(answerOf(proved))}\n`);
}

try {
  await run();
} catch (error) {
  fail(error instanceof ProofError ? UNPROVED : FAILED, error.message);
}

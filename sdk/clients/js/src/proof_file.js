// The whole of a proof file: what `tenon proof get` writes and the REST API answers, JSON with the
// proof in base64 and what it says in clear beside it; or the bare LedgerProof message.
import { ascii, fromBase64, requireBytes, toBase64, toHex } from "./bytes.js";
import { valuePreimage } from "./entry.js";
import { MalformedError, NotProvedError, ProofError } from "./errors.js";
import { encodeIcs23Existence } from "./ics23.js";
import { parseJson, sameJson, writeJson } from "./json.js";
import { decodeLedgerProof, verifyLedgerProof } from "./ledger_proof.js";
import { decodeMessage } from "./message.js";
import { BlockHeader, ResultHeader } from "./messages.js";
import { sha256 } from "./sha256.js";
import { decodeSparseProof } from "./sparse_proof.js";

/** Null, and why, when it is not JSON. */
function readDocument(source) {
  try {
    return { document: parseJson(source), why: null };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { document: null, why: error.message };
  }
}

function encodedProof(source, { document, why }) {
  if (document === null) {
    const bytes = typeof source === "string" ? ascii(source) : source;
    if (decodeLedgerProof(bytes) === null) {
      throw new MalformedError(`the file is neither a LedgerProof message nor JSON (${why})`);
    }
    return bytes;
  }
  const text = document instanceof Map ? document.get("proof") : undefined;
  if (typeof text !== "string")
    throw new MalformedError('the file is JSON without a "proof" member');
  const bytes = fromBase64(text);
  if (bytes === null) throw new MalformedError('the file: "proof" is not base64');
  return bytes;
}

/** A moment in microseconds of Unix time as "2023-11-14T22:13:20.000001Z". */
function rfc3339(unixUs) {
  const date = new Date(Number(unixUs / 1000000n) * 1000);
  if (Number.isNaN(date.getTime())) return `${unixUs} us after 1970`;
  const digits = (value, count) => String(value).padStart(count, "0");
  const day = [date.getUTCMonth() + 1, date.getUTCDate()].map((value) => digits(value, 2));
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((value) =>
    digits(value, 2),
  );
  return (
    `${date.getUTCFullYear()}-${day.join("-")}T${time.join(":")}` +
    `.${digits(unixUs % 1000000n, 6)}Z`
  );
}

/** The second form of a key's proof, in base64, or null where there is none. */
async function ics23Of({ key, salt, accessHash, expiresAtUs, value, path }) {
  const preimage = valuePreimage(salt, accessHash, expiresAtUs, value);
  const form = encodeIcs23Existence(decodeSparseProof(path), key, await sha256(key), preimage);
  return form === null ? null : toBase64(form);
}

async function saidKey(proved, withForm) {
  const { key, present, value } = proved;
  const said = new Map([
    ["key", toHex(key)],
    ["present", present],
    ["value", present ? toBase64(value) : null],
  ]);
  if (withForm) said.set("ics23", await ics23Of(proved));
  return said;
}

/** Does the document show keys with their second form? */
function showsForms(document) {
  const keys = document.get("keys");
  return Array.isArray(keys) && keys[0] instanceof Map && keys[0].has("ics23");
}

/** What the proof says, as the REST API puts it. */
async function saidBy(proof, withForms) {
  const header = decodeMessage(BlockHeader, proof.header);
  const result = decodeMessage(ResultHeader, proof.resultHeader);
  const said = new Map([
    ["chain", toHex(header.chain)],
    ["height", header.height.toString()],
    ["block", toHex(await sha256(proof.header))],
    ["record_time", rfc3339(header.recordTimeUs)],
    ["state_root", toHex(result.stateRoot)],
    ["keys", await Promise.all(proof.keys.map((key) => saidKey(key, withForms)))],
  ]);
  const response = readDocument(proof.queryResponse);
  if (response.why === null) said.set("response", response.document);
  return said;
}

/** Refuses when anything in clear beside a proof that holds is not what the proof says. */
async function checkClearText(document, proof) {
  const said = await saidBy(proof, showsForms(document));
  for (const [member, value] of document) {
    if (member === "proof" || (said.has(member) && sameJson(said.get(member), value))) continue;
    const expected = said.has(member) ? writeJson(said.get(member)) : "no such member";
    throw new NotProvedError(
      `the proof holds, but "${member}" in clear beside it is not what it ` +
        `says: expected ${expected}, found ${writeJson(value)}`,
    );
  }
}

/**
 * Checks a proof file, given by its bytes or its text, against what readGenesis() gave. Answers
 * with what is proved: {chain, height, recordTimeUs, stateRoot, validators, keys: [{key, value,
 * expiresAtUs}]}, a value of null being proved absence; and `query`, {request, response} as the
 * node claims it from exactly these keys, or null.
 */
export async function verifyProofFile(source, trust) {
  if (typeof source !== "string") requireBytes(source, "proof file");
  const read = readDocument(source);
  const proof = decodeLedgerProof(encodedProof(source, read));
  if (proof === null) throw new MalformedError("the proof is not an encoded LedgerProof message");
  let proved;
  try {
    proved = await verifyLedgerProof(proof, trust);
  } catch (error) {
    throw error instanceof ProofError ? error.withContext("the proof does not hold") : error;
  }
  if (read.document !== null) await checkClearText(read.document, proof);
  const asked = proof.queryRequest.length > 0;
  return {
    chain: trust.chain,
    ...proved,
    query: asked ? { request: proof.queryRequest, response: proof.queryResponse } : null,
  };
}

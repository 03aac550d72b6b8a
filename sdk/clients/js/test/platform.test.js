import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";

const INDEX = new URL("../src/index.js", import.meta.url);

/** What a program prints that runs as if on a platform which `prepare` has made poorer. */
function printed(prepare, body) {
  const program = `import { webcrypto } from "node:crypto";
    const print = console.log;
    const set = (value) => Object.defineProperty(globalThis, "crypto", { value });
    ${prepare}
    const verifier = await import(${JSON.stringify(INDEX.href)});
    try { ${body} } catch (error) { print(error.name + ": " + error.message); }`;
  const words = ["--no-warnings", "--input-type=module", "--eval", program];
  const result = spawnSync(process.execPath, words, { encoding: "utf8" });
  assert.equal(result.stderr, "");
  return result.stdout;
}

const HASH = "print(verifier.toHex(await verifier.sha256(new Uint8Array())));";
const OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";

test("platform: a page needs no more than WebCrypto", () => {
  assert.equal(printed("set(webcrypto); delete globalThis.process;", HASH), OF_NOTHING);
});

test("platform: Node whose WebCrypto is not global has it all the same", () => {
  assert.equal(printed("set(undefined);", HASH), OF_NOTHING);
});

test("platform: without WebCrypto nothing is proved and nothing refused, but said", () => {
  assert.match(
    printed("set(undefined); delete globalThis.process;", HASH),
    /^PlatformError: there is no WebCrypto here: expected /,
  );
});

test("platform: without Ed25519 nothing is proved and nothing refused, but said", () => {
  const poorer = `const fail = () => Promise.reject(new DOMException("no", "NotSupportedError"));
    set({ subtle: { importKey: fail } });`;
  const key = '"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"';
  const body = `const key = verifier.fromHex(${key});
    print(await verifier.verifySignature(key, key, Uint8Array.of(...key, ...key.fill(0, 8))));`;
  assert.match(printed(poorer, body), /^PlatformError: WebCrypto of this platform has no Ed25519/);
});

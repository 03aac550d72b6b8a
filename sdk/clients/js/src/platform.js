// What WebCrypto of the platform is: that of a browser or a newer Node, or the one that Node 18 has
// under another name.
import { PlatformError } from "./errors.js";

const NODE_CRYPTO = "node:crypto"; // by name, so that bundlers for browsers do not look for it
let found = null;

async function find() {
  const inNode = globalThis.process?.versions?.node !== undefined;
  const crypto = globalThis.crypto ?? (inNode ? (await import(NODE_CRYPTO)).webcrypto : null);
  if (crypto?.subtle) return crypto.subtle;
  throw new PlatformError(
    "there is no WebCrypto here: expected Node 18.4 or newer, or a page that came over https or " +
      "from localhost",
  );
}

/** The SubtleCrypto to compute with. */
export async function subtle() {
  found ??= await find();
  return found;
}

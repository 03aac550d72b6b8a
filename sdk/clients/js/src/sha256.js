// SHA-256, by the platform.
import { concat } from "./bytes.js";
import { subtle } from "./platform.js";

/** Of the parts, one after the other. */
export async function sha256(...parts) {
  return new Uint8Array(await (await subtle()).digest("SHA-256", concat(...parts)));
}

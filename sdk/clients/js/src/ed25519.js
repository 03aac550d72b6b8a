// Ed25519 signatures (RFC 8032): the equation by the platform, and before it what libsodium refuses
// and platforms may let pass. So a signature is valid here exactly when it is for the nodes.
import { PlatformError } from "./errors.js";
import { subtle } from "./platform.js";

export const PUBLIC_KEY_SIZE = 32;
export const SIGNATURE_SIZE = 64;

const FIELD_PRIME = 2n ** 255n - 19n;
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
// The y coordinates of the points whose order divides 8, and those of them that can be spelled
// above the prime: whoever has such a key signs everything.
const ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303021422n;
const SMALL_ORDER = new Set([
  0n,
  1n,
  ORDER_8,
  FIELD_PRIME - ORDER_8,
  FIELD_PRIME - 1n,
  FIELD_PRIME,
  FIELD_PRIME + 1n,
]);

function littleEndian(bytes) {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Without the sign of x, which has the highest bit. */
function yCoordinate(point) {
  return BigInt.asUintN(255, littleEndian(point));
}

function hasOneForm(publicKey, signature) {
  const key = yCoordinate(publicKey);
  return (
    littleEndian(signature.subarray(32)) < GROUP_ORDER &&
    key < FIELD_PRIME &&
    !SMALL_ORDER.has(key) &&
    !SMALL_ORDER.has(yCoordinate(signature.subarray(0, 32)))
  );
}

/** False, and no error, for keys and signatures of any other size or form. */
export async function verifySignature(publicKey, message, signature) {
  if (publicKey.length !== PUBLIC_KEY_SIZE || signature.length !== SIGNATURE_SIZE) return false;
  if (!hasOneForm(publicKey, signature)) return false;
  const platform = await subtle();
  let key;
  try {
    key = await platform.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name !== "NotSupportedError") return false; // not a point of the curve
    throw new PlatformError(
      "WebCrypto of this platform has no Ed25519: expected Node 18.4, " +
        "Chrome 137, Firefox 129 or Safari 17, or a newer one",
    );
  }
  return platform.verify({ name: "Ed25519" }, key, signature, message);
}

// How everything here fails. Every refusal is a ProofError whose message is a sentence for people;
// a PlatformError says that nothing could be checked at all. Arguments of a wrong type are
// TypeErrors: a mistake of the caller.

/** What was given proves nothing. */
export class ProofError extends Error {
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }

  /** The same refusal, told from one level further out: "context: message". */
  withContext(context) {
    return new this.constructor(`${context}: ${this.message}`);
  }
}

/** Bytes or a text that are not in their format. */
export class MalformedError extends ProofError {}

/** Well formed, and not true as far as it shows. */
export class NotProvedError extends ProofError {}

/** This platform cannot compute what a check needs. */
export class PlatformError extends Error {
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }
}

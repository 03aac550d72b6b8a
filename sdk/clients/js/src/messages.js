// The messages that stand in a proof, as sdk/proto/tenon/v1/ledger.proto and ledger_types.proto
// declare them.
const field = (name, type) => ({ name, type, repeated: false });
const list = (name, type) => ({ name, type, repeated: true });

export const Validator = {
  name: "Validator",
  fields: {
    1: field("name", "string"),
    2: field("publicKey", "bytes"),
    3: field("tlsKey", "bytes"),
  },
};

export const ValidatorSet = {
  name: "ValidatorSet",
  fields: {
    1: field("epoch", "uint64"),
    2: field("maxByzantine", "uint32"),
    3: list("validators", Validator),
  },
};

export const BlockHeader = {
  name: "BlockHeader",
  fields: {
    1: field("chain", "bytes"),
    2: field("epoch", "uint64"),
    3: field("view", "uint64"),
    4: field("height", "uint64"),
    5: field("parent", "bytes"),
    6: field("recordTimeUs", "fixed64"),
    7: field("transactionsRoot", "bytes"),
    8: field("validators", "bytes"),
    9: field("nextValidators", "bytes"),
    10: field("engines", "bytes"),
  },
};

export const ResultHeader = {
  name: "ResultHeader",
  fields: {
    1: field("blockId", "bytes"),
    2: field("parentResult", "bytes"),
    3: field("stateRoot", "bytes"),
    4: field("writesRoot", "bytes"),
    5: field("outcomesRoot", "bytes"),
    6: field("eventsRoot", "bytes"),
  },
};

const ValidatorSignature = {
  name: "ValidatorSignature",
  fields: { 1: field("validator", "uint32"), 2: field("signature", "bytes") },
};

export const Certificate = {
  name: "Certificate",
  fields: {
    1: field("view", "uint64"),
    2: field("blockId", "bytes"),
    3: field("resultHash", "bytes"),
    4: list("signatures", ValidatorSignature),
  },
};

const KeyProof = {
  name: "KeyProof",
  fields: {
    1: field("key", "bytes"),
    2: field("present", "bool"),
    3: field("value", "bytes"),
    4: field("salt", "bytes"),
    5: field("accessHash", "bytes"),
    6: field("expiresAtUs", "uint64"),
    7: field("path", "bytes"),
  },
};

const EpochHandover = {
  name: "EpochHandover",
  fields: {
    1: field("header", "bytes"),
    2: field("resultHeader", "bytes"),
    3: field("certificate", "bytes"),
    4: field("next", ValidatorSet),
  },
};

export const LedgerProof = {
  name: "LedgerProof",
  fields: {
    1: field("version", "uint32"),
    2: field("chain", "bytes"),
    3: field("validators", ValidatorSet),
    4: field("header", "bytes"),
    5: field("resultHeader", "bytes"),
    6: list("laterResultHeaders", "bytes"),
    7: field("certificate", "bytes"),
    8: list("keys", KeyProof),
    9: field("queryRequest", "bytes"),
    10: field("queryResponse", "bytes"),
    11: list("handovers", EpochHandover),
  },
};

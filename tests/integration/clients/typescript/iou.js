// The templates of package tenon-iou as the code generator for JavaScript writes them, as far as
// the example needs them.
"use strict";

const jtv = require("@mojotech/json-type-validation");
const types = require("@daml/types");

const identity = (value) => value;

function choice(template, choiceName, argumentDecoder, resultDecoder) {
  return { template, choiceName, argumentDecoder, argumentEncode: identity, resultDecoder,
           resultEncode: identity };
}

function templatesOf(packageId) {
  const Iou = types.assembleTemplate({
    templateId: `${packageId}:Iou:Iou`,
    keyDecoder: jtv.object({ issuer: types.Party.decoder, number: types.Int.decoder }),
    keyEncode: identity,
    decoder: jtv.object({
      issuer: types.Party.decoder,
      owner: types.Party.decoder,
      number: types.Int.decoder,
      currency: types.Text.decoder,
      amount: types.Numeric(10).decoder,
    }),
    encode: identity,
    Archive: choice(() => Iou, "Archive", jtv.object({}), types.Unit.decoder),
    Settle: choice(() => Iou, "Settle", jtv.object({ paid: types.Numeric(10).decoder }),
                   types.Optional(types.ContractId(undefined)).decoder),
  });
  types.registerTemplate(Iou);
  return { Iou };
}

module.exports = { templatesOf };

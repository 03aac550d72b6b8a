// The example of the ledger model: Alice accepts a painter's offer and pays with her IOU.
#pragma once

#include "script.hpp"

namespace tenon::daml::ledger {

struct PaintOffer {
  Transaction transaction;
  ContractId offer;
  ContractId iou;
  ContractId painters_iou;
  ContractId agreement;
};

inline PaintOffer accept_paint_offer() {
  Script script("Alice");
  const ContractId offer = script.given(
      "offer", {.template_name = "PaintOffer", .signatories = "Painter", .observers = "Alice"});
  const ContractId iou =
      script.given("iou", {.template_name = "Iou", .signatories = "Bank", .observers = "Alice"});
  ContractId painters_iou = iou;
  ContractId agreement = iou;
  script.exercise(offer, {.name = "Accept", .controllers = "Alice"}, [&] {
    script.exercise(iou, {.name = "Transfer", .controllers = "Alice"}, [&] {
      painters_iou = script.create({.signatories = "Bank", .observers = "Painter"});
    });
    agreement =
        script.create({.template_name = "PaintAgreement", .signatories = "Alice Painter"});
  });
  return {script.finish().transaction, offer, iou, painters_iou, agreement};
}

} // namespace tenon::daml::ledger

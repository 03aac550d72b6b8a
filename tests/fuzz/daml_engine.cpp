// Whatever bytes arrive as a command or request in binary form: they are refused with a reason, or
// they become a payload that every replica can execute, or an answer. The first byte chooses.
#include <cstdlib>

#include "archive/archive.hpp"
#include "engine/engine.hpp"
#include "tenon/testkit/memory_view.hpp"
#include "text/assembler.hpp"

using namespace tenon;
using namespace tenon::daml;
using namespace tenon::daml::engine;

namespace {

constexpr const char* kPackage = R"(language 1.15;
package "p" "1.0.0";
module M {
  serializable record View { text : Text }
  interface_type I;
  interface I this {
    view :View;
    nonconsuming choice Show self (argument : :Key) : Text {
      controllers = signatory_interface :I this;
      update = pure Text (get :View text (view_interface :I this));
    }
  }
  serializable record Key { p : Party, n : Int64 }
  serializable record T {
    key : :Key,
    amount : Numeric 10,
    texts : List Text,
    map : TextMap (Optional Int64),
    pairs : GenMap Text Bool,
    other : Optional (ContractId :T)
  }
  template T this {
    signatories = cons Party [get :Key p (get :T key this)] (nil Party);
    key :Key = get :T key this;
    maintainers = \(key : :Key) -> cons Party [get :Key p key] (nil Party);
    consuming choice Go self (argument : :T) : ContractId :T {
      controllers = cons Party [get :Key p (get :T key this)] (nil Party);
      update = create :T argument;
    }
    implements :I {
      view = record :View { text = NUMERIC_TO_TEXT @10 (get :T amount this) };
    }
  }
}
)";

constexpr std::uint64_t kNow = 1'700'000'000'000'000;

void require(bool condition) {
  if (!condition)
    std::abort();
}

// A ledger with one package.
class Ledger {
public:
  Ledger() : engine_({{}, [] { return kNow; }, false, {}}) {
    state_.add_party(party_[0]);
    const auto payload = archive::encode_package(text::assemble(kPackage).value()).value();
    v1::Payload upload;
    upload.mutable_upload()->add_payloads(payload);
    const Bytes bytes = upload.SerializeAsString();
    const testkit::MemoryView view(state_);
    state_.apply(engine_.execute(view, {{}, bytes, {}, {}}, {1, kNow}).value());
  }

  void command(const Bytes& bytes) {
    const testkit::MemoryView view(state_);
    const auto payload = engine_.prepare(view, bytes, {{}, {}, party_, {}});
    check(payload.status());
    if (payload.ok())
      check(engine_.execute(view, {{}, *payload, party_, {}}, {1, kNow}).status());
  }

  void request(const Bytes& bytes) {
    const testkit::MemoryView view(state_, party_);
    check(engine_.query(view, bytes, {{}, {}, {}, party_}, {1, kNow}).status());
  }

private:
  static void check(const Status& status) {
    require(!status.fault());
    require(status.ok() || status.message().find(": ") != std::string::npos);
  }

  const std::vector<std::string> party_ = {"alice"};
  testkit::MemoryState state_;
  DamlEngine engine_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Ledger ledger;
  if (size == 0)
    return 0;
  const Bytes bytes =
      Bytes(1, '\0').append(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0)
    ledger.command(bytes);
  else
    ledger.request(bytes);
  return 0;
}

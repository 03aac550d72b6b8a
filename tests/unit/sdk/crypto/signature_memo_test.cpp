#include "tenon/crypto/signature_memo.hpp"

#include <catch2/catch.hpp>

#include "tenon/crypto/ed25519.hpp"

using namespace tenon;

namespace {

struct Signed {
  crypto::PrivateKey key = *crypto::PrivateKey::from_seed(Bytes(32, 'k'));
  Bytes signature = *key.sign("message");
};

} // namespace

TEST_CASE("signature memo: one that was right is checked once", "[sdk][crypto]") {
  const Signed made;
  crypto::SignatureMemo memo;
  for (int i = 0; i < 3; ++i)
    CHECK(memo.verify(made.key.public_key(), "message", made.signature));
  CHECK(memo.checked() == 1);
}

TEST_CASE("signature memo: what is wrong is wrong every time, however near it comes",
          "[sdk][crypto]") {
  const Signed made;
  crypto::SignatureMemo memo;
  REQUIRE(memo.verify(made.key.public_key(), "message", made.signature));
  Bytes forged = made.signature;
  forged.back() ^= 1;
  const Bytes other = crypto::PrivateKey::from_seed(Bytes(32, 'o'))->public_key();
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(memo.verify(made.key.public_key(), "message", forged));
    CHECK_FALSE(memo.verify(made.key.public_key(), "another", made.signature));
    CHECK_FALSE(memo.verify(other, "message", made.signature));
  }
  // Bytes that move from one part to the next make the same whole.
  CHECK_FALSE(memo.verify(made.key.public_key(), Bytes(made.signature.substr(63)) + "message",
                          made.signature.substr(0, 63)));
  CHECK_FALSE(memo.verify(made.key.public_key() + made.signature.front(), "message",
                          made.signature.substr(1)));
}

TEST_CASE("signature memo: one that was made here is not checked", "[sdk][crypto]") {
  const Signed made;
  crypto::SignatureMemo memo;
  memo.remember(made.key.public_key(), "message", made.signature);
  CHECK(memo.verify(made.key.public_key(), "message", made.signature));
  CHECK(memo.checked() == 0);
}

TEST_CASE("signature memo: it forgets, and then checks again", "[sdk][crypto]") {
  const Signed made;
  crypto::SignatureMemo memo(4);
  REQUIRE(memo.verify(made.key.public_key(), "message", made.signature));
  for (int i = 0; i < 6; ++i)
    memo.remember(made.key.public_key(), std::to_string(i), made.signature);
  CHECK(memo.verify(made.key.public_key(), "message", made.signature));
  CHECK(memo.checked() == 2);
}

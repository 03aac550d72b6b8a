#include "services/key_store.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "services/files.hpp"

namespace tenon::host::services {

namespace {

constexpr std::size_t kMaxKeyFileBytes = 16u << 10;
constexpr const char* kUnusedFile = "node.unused";

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Buffer = std::unique_ptr<BIO, FreeBio>;

std::string content_of(const Buffer& buffer) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(buffer.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

} // namespace

Result<KeyStore> KeyStore::open(const std::filesystem::path& folder) {
  TENON_RETURN_IF_ERROR(make_private_folder(folder));
  const auto file = folder / "node.pem";
  auto pem = read_file(file, kMaxKeyFileBytes, true);
  if (pem.status().code() == Code::kNotFound) {
    TENON_ASSIGN_OR_RETURN(crypto::PrivateKey made, crypto::PrivateKey::generate());
    TENON_ASSIGN_OR_RETURN(const std::string text, made.to_pem());
    TENON_RETURN_IF_ERROR(write_file_atomically(folder / kUnusedFile, "", 0600));
    TENON_RETURN_IF_ERROR(write_file_atomically(file, text, 0600));
    return KeyStore(std::move(made), folder, /*unused=*/true);
  }
  if (!pem.ok())
    return pem.status();
  auto key = crypto::PrivateKey::from_pem(*pem);
  if (!key.ok())
    return key.status().with_context(file.string() + " holds no Ed25519 key in PKCS#8 PEM");
  std::error_code error;
  return KeyStore(*std::move(key), folder, std::filesystem::exists(folder / kUnusedFile, error));
}

Status KeyStore::mark_used() const {
  std::error_code error;
  std::filesystem::remove(folder_ / kUnusedFile, error);
  return error ? unavailable((folder_ / kUnusedFile).string() + " cannot be removed: " +
                             error.message())
               : Status();
}

Status KeyStore::ensure_token_keys(const std::filesystem::path& folder) {
  const auto private_file = folder / "jwt_es256.pem";
  const auto public_file = folder / "jwt_es256.pub.pem";
  std::unique_ptr<EVP_PKEY, FreeKey> key;
  const auto existing = read_file(private_file, kMaxKeyFileBytes, true);
  if (existing.ok()) {
    const Buffer in(BIO_new_mem_buf(existing->data(), static_cast<int>(existing->size())));
    key.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    if (!key)
      return failed_precondition(private_file.string() + " holds no private key in PEM");
  } else if (existing.status().code() == Code::kNotFound) {
    key.reset(EVP_EC_gen("P-256"));
    const Buffer out(BIO_new(BIO_s_mem()));
    if (!key || !out ||
        PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) != 1)
      return fault("OpenSSL could not make a P-256 key");
    TENON_RETURN_IF_ERROR(write_file_atomically(private_file, content_of(out), 0600));
  } else {
    return existing.status();
  }
  std::error_code error;
  if (existing.ok() && std::filesystem::exists(public_file, error))
    return {};
  const Buffer out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_PUBKEY(out.get(), key.get()) != 1)
    return fault("OpenSSL could not print a public key");
  return write_file_atomically(public_file, content_of(out), 0644);
}

} // namespace tenon::host::services

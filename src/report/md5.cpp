#include "report/md5.h"

#include <openssl/evp.h>

#include <array>

namespace upkeep {

struct Md5::State {
  State() : context(EVP_MD_CTX_new()) {
    ok = context != nullptr && EVP_DigestInit_ex(context, EVP_md5(), nullptr) == 1;
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  EVP_MD_CTX* context;
  bool ok;
};

Md5::Md5() : state_(std::make_unique<State>()) {}
Md5::~Md5() = default;
Md5::Md5(Md5&&) noexcept = default;
Md5& Md5::operator=(Md5&&) noexcept = default;

void Md5::add(std::string_view piece) {
  state_->ok = state_->ok && EVP_DigestUpdate(state_->context, piece.data(), piece.size()) == 1;
}

Result<std::string> Md5::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!state_->ok || EVP_DigestFinal_ex(state_->context, digest.data(), &size) != 1) {
    return fail("OpenSSL refuses MD5 on this machine (FIPS mode?), so nothing can be verified");
  }
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] / 16];
    text += "0123456789abcdef"[digest[i] % 16];
  }
  return text;
}

}  // namespace upkeep

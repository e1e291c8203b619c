// SHA-256 of files and of their datasets.
#include <algorithm>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "engine/error.hpp"
#include "io/export.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {
namespace {

constexpr std::uint64_t block = std::uint64_t{1} << 20;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    TRAWL_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  void add(const void* data, std::size_t bytes) { TRAWL_CHECK(EVP_DigestUpdate(context_.get(), data, bytes) == 1); }

  std::string hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    TRAWL_CHECK(EVP_DigestFinal_ex(context_.get(), digest, &length) == 1);
    std::string text;
    for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

std::string digest_of(const RawFile& file, std::uint64_t offset, std::uint64_t bytes) {
  Sha256 sha;
  std::vector<char> buffer(std::min(block, bytes));
  for (std::uint64_t done = 0; done < bytes; done += buffer.size()) {
    buffer.resize(std::min<std::uint64_t>(buffer.size(), bytes - done));
    file.read(buffer.data(), buffer.size(), offset + done);
    sha.add(buffer.data(), buffer.size());
  }
  return sha.hex();
}

}  // namespace

std::string file_digest(const std::string& path) {
  const RawFile file(path, O_RDONLY);
  return digest_of(file, 0, file.size());
}

std::vector<Digest> dataset_digests(const ResultReader& file) {
  std::vector<Digest> digests;
  for (const RawData& data : file.raw_data())
    digests.push_back({data.name, digest_of(file.raw_file(), data.offset, data.bytes)});
  return digests;
}

}  // namespace trawl::io

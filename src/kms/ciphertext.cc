#include "kms/ciphertext.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/encoding.h"
#include "crypto/aead.h"

namespace coffer::kms {
namespace {

constexpr char kFirstFormat = 1;  // format, key id
constexpr char kFormat = 2;       // format, owner, key id
constexpr size_t kOwnerSize = 12;
constexpr size_t kKeyIdSize = 16;
constexpr size_t kFirstHeader = 1 + kKeyIdSize;
constexpr size_t kHeader = 1 + kOwnerSize + kKeyIdSize;

void append_part(std::string_view part, std::string& out) {
  for (int shift : {24, 16, 8, 0})
    out.push_back(static_cast<char>(part.size() >> shift & 0xff));
  out.append(part);
}

// Each part with its length and the pairs sorted, so that no two contexts give the same bytes.
void append_context(const EncryptionContext& context, std::string& out) {
  EncryptionContext sorted;
  const EncryptionContext* pairs = &context;
  if (!std::ranges::is_sorted(context)) {
    sorted = context;
    std::ranges::sort(sorted);
    pairs = &sorted;
  }
  for (const auto& [name, value] : *pairs) {
    append_part(name, out);
    append_part(value, out);
  }
}

}  // namespace

void CiphertextParts::append_key_id(std::string& out) const {
  for (size_t i = 0; i < key_id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    char digits[2];
    hex_encode(std::as_bytes(std::span(key_id).subspan(i, 1)), digits);
    out.append(digits, sizeof(digits));
  }
}

std::optional<CiphertextParts> parse_ciphertext(std::string_view ciphertext, const AccountId& home) {
  if (ciphertext.empty()) return std::nullopt;
  const bool is_first = ciphertext[0] == kFirstFormat;
  const size_t header = is_first ? kFirstHeader : kHeader;
  if (!is_first && ciphertext[0] != kFormat) return std::nullopt;
  if (ciphertext.size() < header + crypto::kAeadOverhead) return std::nullopt;
  const std::string_view owner = is_first ? std::string_view(home.text()) : ciphertext.substr(1, kOwnerSize);
  // It becomes part of a row's key.
  if (!AccountIdTag::is_valid(owner)) return std::nullopt;
  return CiphertextParts{static_cast<uint8_t>(ciphertext[0]), ciphertext.substr(0, header), owner,
                         ciphertext.substr(header - kKeyIdSize, kKeyIdSize), ciphertext.substr(header)};
}

std::optional<KeyName> key_of(std::string_view ciphertext, const AccountId& home) {
  const auto parts = parse_ciphertext(ciphertext, home);
  if (!parts) return std::nullopt;
  KeyName name{*AccountId::parse(parts->owner), {}};
  parts->append_key_id(name.id);
  return name;
}

std::string ciphertext_header(const KeyName& key) {
  std::string header(1, kFormat);
  header.append(key.account.text());
  std::string digits;
  std::ranges::copy_if(key.id, std::back_inserter(digits), [](char c) { return c != '-'; });
  return header.append(hex_decode(digits).value_or(std::string(kKeyIdSize, '\0')));
}

std::string associated_data(const CiphertextParts& parts, const EncryptionContext& context) {
  if (parts.format != kFirstFormat) return associated_data(parts.header, context);
  std::string out;
  out.reserve(256);
  append_part(parts.key_id, out);
  append_part(parts.owner, out);
  append_context(context, out);
  return out;
}

std::string associated_data(std::string_view header, const EncryptionContext& context) {
  std::string out;
  out.reserve(256);
  append_part(header, out);
  append_context(context, out);
  return out;
}

}  // namespace coffer::kms

#include "kms/ciphertext.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/encoding.h"
#include "crypto/aead.h"
#include "crypto/digest.h"

namespace coffer::kms {
namespace {

constexpr char kFirstFormat = 1;   // format, key id
constexpr char kSecondFormat = 2;  // format, owner, key id
constexpr char kFormat = 3;        // format, kind of key, owner, key id, material
constexpr size_t kOwnerSize = 12;
constexpr size_t kKeyIdSize = 16;
constexpr std::string_view kMultiRegionPrefix = "mrk-";
constexpr std::string_view kFirstMaterialDomain = "coffer first material of a kms key";

// How long the parts of a header are; none is optional within a format.
struct Layout {
  size_t kind;
  size_t owner;
  size_t material;

  size_t size() const { return 1 + kind + owner + kKeyIdSize + material; }
};

std::optional<Layout> layout_of(char format) {
  switch (format) {
    case kFirstFormat:
      return Layout{0, 0, 0};
    case kSecondFormat:
      return Layout{0, kOwnerSize, 0};
    case kFormat:
      return Layout{1, kOwnerSize, kMaterialNameSize};
    default:
      return std::nullopt;
  }
}

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

std::string first_material_id(const KeyName& key) {
  crypto::Sha256 hash;
  for (const std::string_view part :
       {kFirstMaterialDomain, std::string_view(key.account.text()), std::string_view(key.id)}) {
    hash.update(part);
    hash.update(std::string_view("\0", 1));
  }
  const crypto::Digest digest = hash.finish();
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

std::string material_id_text(std::string_view material_id) {
  return hex_encode(std::as_bytes(std::span(material_id)));
}

void CiphertextParts::append_key_id(std::string& out) const {
  const bool has_hyphens = kind == KeyKind::kSingleRegion;
  if (!has_hyphens) out.append(kMultiRegionPrefix);
  for (size_t i = 0; i < key_id.size(); ++i) {
    if (has_hyphens && (i == 4 || i == 6 || i == 8 || i == 10)) out.push_back('-');
    char digits[2];
    hex_encode(std::as_bytes(std::span(key_id).subspan(i, 1)), digits);
    out.append(digits, sizeof(digits));
  }
}

std::optional<CiphertextParts> parse_ciphertext(std::string_view ciphertext, const AccountId& home) {
  const auto layout = ciphertext.empty() ? std::nullopt : layout_of(ciphertext[0]);
  if (!layout || ciphertext.size() < layout->size() + crypto::kAeadOverhead) return std::nullopt;
  std::string_view rest = ciphertext.substr(1);
  const auto take = [&rest](size_t size) {
    const std::string_view part = rest.substr(0, size);
    rest.remove_prefix(size);
    return part;
  };
  const std::string_view kind = take(layout->kind);
  if (!kind.empty() && kind[0] != 0 && kind[0] != 1) return std::nullopt;
  const bool is_multi_region = !kind.empty() && kind[0] == 1;
  const std::string_view owner = layout->owner == 0 ? std::string_view(home.text()) : take(layout->owner);
  // It becomes part of a row's key.
  if (!AccountIdTag::is_valid(owner)) return std::nullopt;
  const std::string_view key_id = take(kKeyIdSize);
  const std::string_view material = take(layout->material);
  return CiphertextParts{
      static_cast<uint8_t>(ciphertext[0]),
      is_multi_region ? CiphertextParts::KeyKind::kMultiRegion : CiphertextParts::KeyKind::kSingleRegion,
      ciphertext.substr(0, layout->size()),
      owner,
      key_id,
      material,
      rest};
}

std::optional<KeyName> key_of(std::string_view ciphertext, const AccountId& home) {
  const auto parts = parse_ciphertext(ciphertext, home);
  if (!parts) return std::nullopt;
  KeyName name{*AccountId::parse(parts->owner), {}};
  parts->append_key_id(name.id);
  return name;
}

std::string ciphertext_header(const KeyName& key, std::string_view material_id) {
  const bool is_multi_region = is_multi_region_id(key.id);
  std::string header(1, kFormat);
  header.push_back(is_multi_region ? 1 : 0);
  header.append(key.account.text());
  std::string digits;
  const std::string_view id = std::string_view(key.id).substr(is_multi_region ? kMultiRegionPrefix.size() : 0);
  std::ranges::copy_if(id, std::back_inserter(digits), [](char c) { return c != '-'; });
  header.append(hex_decode(digits).value_or(std::string(kKeyIdSize, '\0')));
  return header.append(material_id.substr(0, kMaterialNameSize));
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

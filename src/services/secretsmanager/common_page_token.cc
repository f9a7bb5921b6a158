#include "services/secretsmanager/common_page_token.h"

#include <algorithm>

#include "base/encoding.h"
#include "crypto/digest.h"

namespace coffer::secretsmanager {
namespace {

// version (1 byte), digest of the arguments (8), milliseconds (8, big endian), name; all of it in hexadecimal.
constexpr char kVersion = 1;
constexpr size_t kDigestSize = 8;
constexpr size_t kHeaderSize = 1 + kDigestSize;
constexpr size_t kTimeSize = 8;

void append_number(uint64_t number, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(number >> shift));
}

uint64_t read_number(std::string_view bytes) {
  uint64_t number = 0;
  for (const char c : bytes.substr(0, 8))
    number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

// A name or a version's id, whoever wrote the token: it becomes part of a key in the store.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 512 && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string header(const ListingArguments& arguments) {
  const crypto::Digest digest = crypto::Sha256::of(arguments.text());
  std::string bytes(1, kVersion);
  bytes.append(reinterpret_cast<const char*>(digest.data()), kDigestSize);
  return bytes;
}

Error invalid() {
  return Error{ErrorCode::kInvalidNextToken,
               "The NextToken is not valid. Use the one from the previous answer, with the same arguments."};
}

}  // namespace

void ListingArguments::add(std::string_view argument) {
  append_number(argument.size(), text_);
  text_.append(argument);
}

std::string encode_page_token(const Position& position, const ListingArguments& arguments) {
  std::string bytes = header(arguments);
  append_number(static_cast<uint64_t>(position.created.time_since_epoch().count()), bytes);
  bytes.append(position.name);
  return hex_encode(std::as_bytes(std::span(bytes)));
}

Result<std::optional<Position>> decode_page_token(const std::optional<std::string>& token,
                                                  const ListingArguments& arguments) {
  if (!token) return std::optional<Position>();
  const std::optional<std::string> bytes = hex_decode(*token);
  if (!bytes || bytes->size() < kHeaderSize + kTimeSize || !bytes->starts_with(header(arguments))) return invalid();
  const auto milliseconds = static_cast<int64_t>(read_number(std::string_view(*bytes).substr(kHeaderSize)));
  std::string name = bytes->substr(kHeaderSize + kTimeSize);
  if (milliseconds < 0 || !is_name(name)) return invalid();
  return std::optional(Position{Time(Duration(milliseconds)), std::move(name)});
}

}  // namespace coffer::secretsmanager

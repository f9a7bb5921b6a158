// Session tokens come with every request of temporary credentials, before anybody is known. What was not sealed by us
// must not open; what a session key seals opens again and says the same.
//
// Input: an access key id until the first line feed, then a token, or the fields of one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "sts/access_key_ids.h"
#include "sts/session_token.h"

using namespace coffer;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static SeededRandom random(1);
  static const sts::SessionKey key{std::string(sts::kSessionKeyIdSize, 'k'), Time(), crypto::AeadKey::generate(random)};
  static const AccessKeyId access_key = *AccessKeyId::parse("ASIAQBCD234567ABCDEF");
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view claimed = take_line(text);

  if (const auto account = sts::account_of_temporary_key(claimed)) {
    check(sts::account_of_temporary_key(sts::draw_temporary_key_id(*account, random).text()) == account);
  }
  // As it came, and as bytes that are made a token of.
  for (const std::string& token : {std::string(text), base64_encode(std::as_bytes(std::span(text)))}) {
    const auto sealed = sts::SealedToken::parse(token);
    if (!sealed) continue;
    check(token.size() <= sts::kMaxTokenSize && sealed->key_id().size() == sts::kSessionKeyIdSize);
    check(!sealed->open(claimed, key).ok());
  }

  sts::SessionContents contents{.account = *AccountId::parse("123456789012"),
                                .kind = auth::PrincipalKind::kRoleSession,
                                .unique_id = "AROA234567ABCDEFGHIJK",
                                .name = "session",
                                .secret_access_key = SecretBytes(sts::kSecretAccessKeySize),
                                .issued = Time(),
                                .expires = Time(std::chrono::seconds(1)),
                                .tags = {},
                                .source_identity = {},
                                .federated_provider = {},
                                .policy = {},
                                .policy_arns = {},
                                .is_chained = size % 2 == 0};
  // Protobuf's strings are UTF-8.
  if (!is_valid_utf8(text)) return 0;
  contents.policy = take_line(text);
  while (!text.empty()) {
    const std::string_view name = take_line(text);
    contents.tags.push_back({std::string(name), std::string(take_line(text)), name.size() % 2 == 0});
  }
  if (sts::packed_size(contents) > sts::kMaxPackedSize) return 0;
  const std::string token = sts::seal_token(contents, access_key, key, random);
  const auto opened = sts::SealedToken::parse(token)->open(access_key.text(), key);
  check(opened.ok() && opened->tags == contents.tags && opened->policy == contents.policy);
  check(opened->is_chained == contents.is_chained);
  if (claimed != access_key.text()) check(!sts::SealedToken::parse(token)->open(claimed, key).ok());
  return 0;
}

// ARNs and secret ids come from clients and decide what a request is about. What is parsed must print as it was.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/arn.h"
#include "secrets/secret.h"

using namespace coffer;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const AccountId account = *AccountId::parse("123456789012");
  static const Region region = *Region::parse("us-east-1");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto arn = Arn::parse(text); arn && arn->text() != text) std::abort();
  (void)secrets::parse_secret_id(text, account, region);
  return 0;
}

// The Authorization header taken apart in the steps in which AWS judges it: verify() asks other questions in between.
#pragma once

#include <string_view>

#include "auth/sigv4.h"
#include "base/result.h"

namespace coffer::auth {

// How much of what a client sent an error text repeats, in bytes.
inline constexpr size_t kMaxEcho = 1024;

// The parameters of the header; empty where absent. Views into it.
struct RawAuthorization {
  std::string_view algorithm;
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
};

RawAuthorization split_authorization(std::string_view header);

enum class DateHeader { kPresent, kAbsent };

// kIncompleteSignature with one sentence for each thing that is missing. The text repeats the header without its
// signature.
Result<void> check_complete(std::string_view header, const RawAuthorization& raw, DateHeader date);

// kIncompleteSignature for another algorithm or a credential that does not have five parts.
Result<Authorization> split_credential(const RawAuthorization& raw);

}  // namespace coffer::auth

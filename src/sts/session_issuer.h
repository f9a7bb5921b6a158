// Makes temporary credentials. Whether somebody may have them was decided before. Thread-safe; writes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "sts/session_keys.h"
#include "sts/session_token.h"

namespace coffer::sts {

struct IssuedSession {
  AccessKeyId access_key;
  SecretBytes secret_access_key;
  std::string token;
  Time expires;
  // PackedPolicySize: how much of the room for policies and tags is used, in percent; absent when there are none.
  std::optional<int64_t> packed_percent;
};

class SessionIssuer {
 public:
  SessionIssuer(const SessionKeys& keys, Random& random) : keys_(keys), random_(random) {}

  // Credentials for what `contents` say, from `now` on, for `duration`; times and the secret are filled in here.
  // kPackedPolicyTooLarge (AWS's text) when policies and tags have no room in a token; kServiceUnavailable as
  // SessionKeys::sealing_key(). REQUIRES: duration <= kLongestSession.
  Result<IssuedSession> issue(SessionContents contents, Time now, Duration duration) const;

 private:
  const SessionKeys& keys_;
  Random& random_;
};

}  // namespace coffer::sts

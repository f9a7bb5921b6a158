// Session tokens: all that a region must know of temporary credentials, sealed under a key of the deployment, so that
// every region that has the key opens them without a look-up. Format: docs/formats/sessions.md.
// Promises: a token opens only with the access key id it was made for; one changed bit and it does not open; it has at
// most kMaxTokenSize characters. Whether whom it speaks for still exists is not known here: see session_credentials.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/caller.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "sts/session_key.h"

namespace coffer::sts {

struct SessionTag {
  std::string key;
  std::string value;
  bool is_transitive = false;  // sessions that are made with this one inherit it
  bool operator==(const SessionTag&) const = default;
};

// What a token says. Times are whole seconds.
struct SessionContents {
  AccountId account;
  auth::PrincipalKind kind = auth::PrincipalKind::kRoleSession;  // never kAnonymous
  std::string unique_id;          // of the role or user; of a federated user, of the user that asked; empty: root
  std::string name;               // of a role's session, of a federated user
  SecretBytes secret_access_key;  // kSecretAccessKeySize characters
  Time issued;
  Time expires;
  std::vector<SessionTag> tags;
  std::string source_identity;           // empty: none
  std::string federated_provider;        // empty: none
  std::string policy;                    // JSON, as it was given; empty: none
  std::vector<std::string> policy_arns;  // of managed policies that limit the session, too
  bool is_chained = false;               // made with the credentials of another role's session
};

inline constexpr size_t kSecretAccessKeySize = 40;
inline constexpr size_t kMaxTokenSize = 8192;

// Bytes that the policy, the ARNs and the tags take in the token, and the most they may take.
size_t packed_size(const SessionContents& contents);
inline constexpr size_t kMaxPackedSize = 4096;

// REQUIRES: the contents are what the operations of STS allow, their packed size at most kMaxPackedSize.
std::string seal_token(const SessionContents& contents, const AccessKeyId& access_key, const SessionKey& key,
                       Random& random);

// A token as it came in: read, not opened.
class SealedToken {
 public:
  // nullopt for what seal_token() does not make.
  static std::optional<SealedToken> parse(std::string_view token);

  // kSessionKeyIdSize bytes: under which key to try.
  std::string_view key_id() const { return header().substr(1); }
  // kDecryptionFailure when the key or the access key id is not the one it was sealed with, or a bit differs. kCorrupt
  // when it opens and makes no sense.
  Result<SessionContents> open(std::string_view access_key_id, const SessionKey& key) const;

 private:
  explicit SealedToken(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view header() const;

  std::string bytes_;
};

}  // namespace coffer::sts

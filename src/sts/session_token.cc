#include "sts/session_token.h"

#include <cstdlib>
#include <cstring>

#include "base/encoding.h"
#include "sts/records.pb.h"

namespace coffer::sts {
namespace {

constexpr char kFormat = 1;
constexpr size_t kHeaderSize = 1 + kSessionKeyIdSize;
constexpr size_t kMinSize = kHeaderSize + crypto::kAeadOverhead + kSecretAccessKeySize;

// What the seal binds besides the contents: the header, and whose token it is.
std::string associated_data(std::string_view header, std::string_view access_key_id) {
  return std::string(header).append(access_key_id);
}

SessionTokenRecord::Kind kind_of(auth::PrincipalKind kind) {
  switch (kind) {
    case auth::PrincipalKind::kRoleSession:
      return SessionTokenRecord::KIND_ROLE;
    case auth::PrincipalKind::kUser:
      return SessionTokenRecord::KIND_USER;
    case auth::PrincipalKind::kRoot:
      return SessionTokenRecord::KIND_ROOT;
    case auth::PrincipalKind::kFederatedUser:
      return SessionTokenRecord::KIND_FEDERATED_USER;
    case auth::PrincipalKind::kAnonymous:
      break;
  }
  std::abort();
}

std::optional<auth::PrincipalKind> kind_of(SessionTokenRecord::Kind kind) {
  switch (kind) {
    case SessionTokenRecord::KIND_ROLE:
      return auth::PrincipalKind::kRoleSession;
    case SessionTokenRecord::KIND_USER:
      return auth::PrincipalKind::kUser;
    case SessionTokenRecord::KIND_ROOT:
      return auth::PrincipalKind::kRoot;
    case SessionTokenRecord::KIND_FEDERATED_USER:
      return auth::PrincipalKind::kFederatedUser;
    default:
      return std::nullopt;
  }
}

int64_t seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
Time from_seconds(int64_t seconds) {
  return Time(std::chrono::seconds(seconds));
}

// The part whose size is limited.
void add_packed(const SessionContents& contents, SessionTokenRecord& record) {
  for (const SessionTag& tag : contents.tags) {
    SessionTokenRecord::Tag& added = *record.add_tags();
    added.set_key(tag.key);
    added.set_value(tag.value);
    added.set_is_transitive(tag.is_transitive);
  }
  record.set_policy(contents.policy);
  for (const std::string& arn : contents.policy_arns)
    record.add_policy_arns(arn);
}

SessionTokenRecord record_of(const SessionContents& contents) {
  SessionTokenRecord record;
  record.set_account(contents.account.text());
  record.set_kind(kind_of(contents.kind));
  record.set_unique_id(contents.unique_id);
  record.set_name(contents.name);
  record.set_issued_s(seconds(contents.issued));
  record.set_expires_s(seconds(contents.expires));
  record.set_source_identity(contents.source_identity);
  record.set_federated_provider(contents.federated_provider);
  record.set_is_chained(contents.is_chained);
  add_packed(contents, record);
  return record;
}

// Whose session it is must be said as its kind wants it.
bool names_fit(const SessionTokenRecord& record) {
  const bool has_identity = !record.unique_id().empty();
  const bool has_name = !record.name().empty();
  switch (record.kind()) {
    case SessionTokenRecord::KIND_ROLE:
      return has_identity && has_name;
    case SessionTokenRecord::KIND_USER:
      return has_identity && !has_name;
    case SessionTokenRecord::KIND_ROOT:
      return !has_identity && !has_name;
    default:
      return has_name;
  }
}

// nullopt when the record says what no token says.
std::optional<SessionContents> contents_of(const SessionTokenRecord& record) {
  // Beyond, milliseconds would overflow.
  constexpr int64_t kLatest = int64_t{1} << 40;
  const auto account = AccountId::parse(record.account());
  const auto kind = kind_of(record.kind());
  const bool has_times =
      0 <= record.issued_s() && record.issued_s() < record.expires_s() && record.expires_s() < kLatest;
  if (!account || !kind || !has_times || !names_fit(record)) return std::nullopt;
  SessionContents contents{.account = *account,
                           .kind = *kind,
                           .unique_id = record.unique_id(),
                           .name = record.name(),
                           .secret_access_key = {},
                           .issued = from_seconds(record.issued_s()),
                           .expires = from_seconds(record.expires_s()),
                           .tags = {},
                           .source_identity = record.source_identity(),
                           .federated_provider = record.federated_provider(),
                           .policy = record.policy(),
                           .policy_arns = {record.policy_arns().begin(), record.policy_arns().end()},
                           .is_chained = record.is_chained()};
  for (const SessionTokenRecord::Tag& tag : record.tags())
    contents.tags.push_back({tag.key(), tag.value(), tag.is_transitive()});
  return contents;
}

}  // namespace

size_t packed_size(const SessionContents& contents) {
  SessionTokenRecord record;
  add_packed(contents, record);
  return record.ByteSizeLong();
}

std::string seal_token(const SessionContents& contents, const AccessKeyId& access_key, const SessionKey& key,
                       Random& random) {
  if (contents.secret_access_key.size() != kSecretAccessKeySize || key.id.size() != kSessionKeyIdSize) std::abort();
  const std::string record = record_of(contents).SerializeAsString();
  SecretBytes plaintext(kSecretAccessKeySize + record.size());
  const auto out = plaintext.mutable_span(SecretAccess("a session token is put together"));
  const auto secret = contents.secret_access_key.span(SecretAccess("the secret access key goes into its token"));
  std::memcpy(out.data(), secret.data(), secret.size());
  std::memcpy(out.data() + secret.size(), record.data(), record.size());

  std::string token(1, kFormat);
  token += key.id;
  token += key.key.seal(plaintext, associated_data(token, access_key.text()), random);
  std::string text = base64_encode(std::as_bytes(std::span(token)));
  if (text.size() > kMaxTokenSize) std::abort();
  return text;
}

std::optional<SealedToken> SealedToken::parse(std::string_view token) {
  if (token.size() > kMaxTokenSize) return std::nullopt;
  const std::optional<SecretBytes> decoded = base64_decode(token);
  if (!decoded || decoded->size() < kMinSize) return std::nullopt;
  const std::string_view bytes = decoded->view(SecretAccess("a sealed token is no secret to its reader"));
  if (bytes[0] != kFormat) return std::nullopt;
  return SealedToken(std::string(bytes));
}

std::string_view SealedToken::header() const {
  return std::string_view(bytes_).substr(0, kHeaderSize);
}

Result<SessionContents> SealedToken::open(std::string_view access_key_id, const SessionKey& key) const {
  COFFER_ASSIGN(const SecretBytes plaintext,
                key.key.open(std::string_view(bytes_).substr(kHeaderSize), associated_data(header(), access_key_id)));
  const std::string_view text = plaintext.view(SecretAccess("a session token is taken apart"));
  const std::string_view rest = text.substr(kSecretAccessKeySize);  // parse() has seen that it is long enough
  SessionTokenRecord record;
  std::optional<SessionContents> contents;
  if (record.ParseFromArray(rest.data(), static_cast<int>(rest.size()))) contents = contents_of(record);
  if (!contents) return Error{ErrorCode::kCorrupt, "a session token opens and makes no sense"};
  contents->secret_access_key = SecretBytes::copy_of(text.substr(0, kSecretAccessKeySize));
  return std::move(*contents);
}

}  // namespace coffer::sts

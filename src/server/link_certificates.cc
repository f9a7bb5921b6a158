#include "server/link_certificates.h"

#include <algorithm>

#include "crypto/certificates.h"
#include "server/files.h"

namespace coffer::server {
namespace {

using std::chrono::days;

constexpr SecretAccess kWriteKey("writes a private key to its own 0600 file");
constexpr days kAuthorityLife(3653);
constexpr days kLinkLife(365);
constexpr days kRenewBefore(60);
constexpr days kClockTolerance(1);  // regions whose clocks differ accept each other's new certificates

Result<void> write_certificate(const CertificateFiles& files, const crypto::Certificate& certificate) {
  // The key first: a certificate without its key would look like a finished job.
  COFFER_TRY(write_private_file(files.private_key, certificate.private_key_pem.view(kWriteKey)));
  return write_private_file(files.certificate, certificate.certificate_pem);
}

bool is_good(const CertificateFiles& link, Time now) {
  if (!path_exists(link.private_key)) return false;
  const auto pem = read_text_file(link.certificate);
  if (!pem.ok()) return false;
  const auto expiry = crypto::certificate_expiry(*pem);
  return expiry.ok() && *expiry - now > kRenewBefore;
}

// A marker beside the certificate says which authority issued it.
std::string issuer_file(const CertificateFiles& link) {
  return link.certificate + ".issuer";
}

}  // namespace

Result<void> ensure_authority(const CertificateFiles& authority, const Clock& clock, Random& random) {
  // Its key may be kept elsewhere: it is needed to issue certificates only.
  if (path_exists(authority.certificate)) return {};
  const Time now = clock.now();
  crypto::CertificateRequest request;
  request.common_name = "Coffer deployment " + random.uuid().substr(0, 8);
  request.not_before = now - kClockTolerance;
  request.not_after = now + kAuthorityLife;
  COFFER_ASSIGN(const auto certificate, crypto::make_authority(request, random));
  return write_certificate(authority, certificate);
}

Result<void> ensure_link_certificate(const CertificateFiles& authority, const CertificateFiles& link,
                                     const Region& region, const Clock& clock, Random& random) {
  crypto::Certificate issuer;
  COFFER_ASSIGN(issuer.certificate_pem, read_text_file(authority.certificate));
  const auto issued_by = read_text_file(issuer_file(link));
  const Time now = clock.now();
  if (is_good(link, now) && issued_by.ok() && *issued_by == issuer.certificate_pem) return {};

  if (!path_exists(authority.private_key)) {
    return Error{ErrorCode::kUsage, "a certificate for " + region.text() + " has to be issued, and " +
                                        authority.private_key + " is not there: bring it back"};
  }
  COFFER_ASSIGN(issuer.private_key_pem, read_secret_file(authority.private_key));
  const auto end_of_authority = crypto::certificate_expiry(issuer.certificate_pem);
  if (!end_of_authority.ok()) {
    return Error{ErrorCode::kCorrupt, authority.certificate + " is damaged; restore it from a backup, or remove " +
                                          authority.certificate + " to have a new authority made"};
  }
  crypto::CertificateRequest request;
  request.common_name = region.text();
  request.dns_names = {region.text() + ".coffer.internal"};
  request.not_before = now - kClockTolerance;
  request.not_after = std::min<Time>(now + kLinkLife, *end_of_authority);
  auto certificate = crypto::issue_certificate(issuer, request, random);
  if (!certificate.ok()) {
    return Error{ErrorCode::kCorrupt, authority.certificate + " or " + authority.private_key +
                                          " is damaged: " + certificate.error().message};
  }
  COFFER_TRY(write_certificate(link, *certificate));
  return write_private_file(issuer_file(link), issuer.certificate_pem);
}

}  // namespace coffer::server

// The deployment's own certificate authority for the links between regions: ECDSA P-256, X.509v3, PEM.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace coffer::crypto {

struct Certificate {
  std::string certificate_pem;
  SecretBytes private_key_pem;  // PKCS#8, not encrypted: the file that holds it must be 0600
};

struct CertificateRequest {
  std::string common_name;             // for a region's link: the region's name
  std::vector<std::string> dns_names;  // subject alternative names; a link uses "<region>.coffer.internal"
  std::vector<std::string> ip_addresses;
  Time not_before;
  Time not_after;
};

// Self-signed, CA:TRUE, pathlen 0, keyCertSign only.
Result<Certificate> make_authority(const CertificateRequest& request, Random& random);

// For both TLS server and client authentication. kCorrupt when `authority` is not a CA certificate with its own key.
Result<Certificate> issue_certificate(const Certificate& authority, const CertificateRequest& request, Random& random);

// When the certificate ends. kCorrupt for anything that is not one PEM certificate.
Result<Time> certificate_expiry(std::string_view certificate_pem);

}  // namespace coffer::crypto

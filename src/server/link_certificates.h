// The certificate authority of a deployment and the certificates of its links, as files. The authority lives 10 years,
// a link's certificate one year; it is issued again when less than 60 days remain or when the authority is a new one.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"

namespace coffer::server {

struct CertificateFiles {
  std::string certificate;
  std::string private_key;  // 0600
};

// Makes the authority unless both files exist. kPermission when its key may be read by others, kIo.
Result<void> ensure_authority(const CertificateFiles& authority, const Clock& clock, Random& random);

// Issues the link certificate of a region unless a good one exists. kCorrupt when the authority's files are damaged.
Result<void> ensure_link_certificate(const CertificateFiles& authority, const CertificateFiles& link,
                                     const Region& region, const Clock& clock, Random& random);

}  // namespace coffer::server

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

// Makes the authority, both files, unless its certificate exists. A key that is missing alone is not made again: it may
// be kept elsewhere. kIo.
Result<void> ensure_authority(const CertificateFiles& authority, const Clock& clock, Random& random);

// Issues the link certificate of a region unless a good one exists. kUsage, with what to do, when one has to be issued
// and the authority's key is missing; kPermission when others may read that key; kCorrupt when the authority's files
// are damaged; kIo.
Result<void> ensure_link_certificate(const CertificateFiles& authority, const CertificateFiles& link,
                                     const Region& region, const Clock& clock, Random& random);

}  // namespace coffer::server

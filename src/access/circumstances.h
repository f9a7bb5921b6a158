// What policies do not tell about a denial, and an operator needs to know: that there is no such thing, that a key
// could not be used anyhow, what will be asked next. Pure.
#pragma once

#include <string>
#include <vector>

#include "access/denial.h"

namespace coffer::access {

// Whether what the request names is not there. Only its owner may know.
bool is_absent(const Denial& denial);

// Secrets Manager tries a key before it accepts it for a secret: it asks for one action after the other.
bool is_trial(const Denial& denial);

// The secret is encrypted with the default key of another account than the caller's, which no policy can share.
bool is_foreign_default_key(const Denial& denial);

// The key is an AWS managed one, whose policy nobody can change.
bool is_managed_key(const Denial& denial);

// Whole sentences, for the caller's account and for the resource's; inside of one account the second are empty.
struct Notes {
  std::vector<std::string> for_caller;
  std::vector<std::string> for_resource;
};
Notes notes_of(const Denial& denial);

}  // namespace coffer::access

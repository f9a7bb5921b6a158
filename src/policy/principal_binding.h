// Users and roles that a stored document names, bound to their unique ids: whoever gets a deleted user's name later is
// not meant. The text of the document is kept as it was given, the bindings beside it.
// Follows "AWS JSON policy elements: Principal" (IAM user guide), on how AWS saves principals.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/document.h"

namespace coffer::policy {

// Answered by whoever knows users and roles.
class IdentityDirectory {
 public:
  virtual ~IdentityDirectory() = default;
  // Of a user or role by its ARN: nullopt when there is none of exactly this path and name.
  virtual Result<std::optional<std::string>> unique_id(const PrincipalName& name) const = 0;
  // The other way round; nullopt once it was deleted.
  virtual Result<std::optional<std::string>> arn(std::string_view unique_id) const = 0;
};

struct PrincipalBinding {
  std::string text;  // of the principal, as the document has it: an ARN, or a unique id
  std::string unique_id;
  bool operator==(const PrincipalBinding&) const = default;
};

struct Binding {
  std::vector<PrincipalBinding> bindings;
  std::optional<PrincipalName> missing;  // the first user or role that does not exist; the bindings are then worthless
};

// Binds every user, role and unique id among the document's principals.
Result<Binding> bind_principals(const Document& document, const IdentityDirectory& directory);

// The document as it decides: what is bound stands there as its unique id.
Document with_unique_ids(Document document, const std::vector<PrincipalBinding>& bindings);

// The text as it is read back: what is bound is the ARN it has now, or its unique id once it was deleted. All else is
// byte for byte as it was given. REQUIRES: `text` was read as a document.
Result<std::string> show_principals(std::string_view text, const std::vector<PrincipalBinding>& bindings,
                                    const IdentityDirectory& directory);

}  // namespace coffer::policy

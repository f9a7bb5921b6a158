#include "access/circumstances.h"

#include <cstdlib>

#include "access/key_resource.h"
#include "base/arn.h"
#include "kms/keyring.h"

namespace coffer::access {
namespace {

const kms::KeyView* key_in(const Denial& denial) {
  return find_key(denial.question.resource);
}

std::string owner_of(const Denial& denial) {
  return "account " + denial.question.resource.account.text();
}

// What Secrets Manager asks KMS for after the action was allowed; empty: nothing.
std::string_view next_action(std::string_view action) {
  if (action == "secretsmanager:GetSecretValue") return "kms:Decrypt";
  if (action == "secretsmanager:PutSecretValue") return "kms:GenerateDataKey";
  return {};
}

std::string next_step(std::string_view action) {
  return "Once this is allowed, Secrets Manager asks KMS as the same caller for " + std::string(action) +
         " with the secret's key: that takes a statement in the key policy, and one in an identity policy of the "
         "caller. "
         "The default key aws/secretsmanager cannot be shared.";
}

// "arn:...:secret:db-AbCdEf", as opposed to "arn:...:secret:db".
bool is_full_secret_arn(const std::string& text) {
  constexpr size_t kSuffix = 7;
  return text.size() > kSuffix && text[text.size() - kSuffix] == '-';
}

// An account sees its own secrets by any name, and other accounts' by the full ARN only.
std::string not_named_in_full(const Denial& denial) {
  const api::Resource& resource = denial.question.resource;
  const bool is_secret = denial.question.action.starts_with("secretsmanager:");
  if (!is_secret || resource.found != nullptr || is_full_secret_arn(resource.name)) return {};
  return "A secret of another account is found by its full ARN only, which ends in a hyphen and six characters.";
}

std::string absence(const Denial& denial) {
  const std::string& name = denial.question.resource.name;
  std::string text = "There is nothing called " + name + " in " + owner_of(denial) + ".";
  if (!Arn::parse(name))
    text += " What is not there has no ARN, so that only a statement for Resource \"*\" covers it.";
  return text;
}

std::string state_of(const kms::KeyView& key) {
  switch (key.info.state) {
    case kms::KeyState::kEnabled:
      return {};
    case kms::KeyState::kDisabled:
      return "The key is disabled: whoever is allowed to cannot use it until it is enabled.";
    case kms::KeyState::kPendingDeletion:
      return "The key is pending deletion: whoever is allowed to cannot use it unless the deletion is cancelled and "
             "the "
             "key enabled.";
    case kms::KeyState::kPendingReplicaDeletion:
      return "The key waits for the deletion of its replicas and of itself: whoever is allowed to cannot use it unless "
             "the deletion is cancelled and the key enabled.";
  }
  std::abort();
}

std::string managed(const Denial& denial) {
  if (is_foreign_default_key(denial)) {
    return "The secret is encrypted with aws/secretsmanager, the default key of " + owner_of(denial) +
           ", which other accounts cannot use whatever policies say. Only a customer managed key can be shared.";
  }
  return "The key is AWS managed: it is there for Secrets Manager alone, and its policy cannot be changed.";
}

void add(std::vector<std::string>& notes, std::string note) {
  if (!note.empty()) notes.push_back(std::move(note));
}

}  // namespace

bool is_absent(const Denial& denial) {
  const api::Resource& resource = denial.question.resource;
  // Every key and every role has a policy.
  if (denial.rule() != policy::ResourceRule::kOrdinary) return denial.policies.resource == nullptr;
  // What is about to be made has an ARN that ends so.
  const bool is_new = resource.name.ends_with("-??????");
  return denial.question.action.starts_with("secretsmanager:") && !is_new && resource.name != "*" &&
         resource.found == nullptr;
}

bool is_managed_key(const Denial& denial) {
  const kms::KeyView* const key = key_in(denial);
  return key != nullptr && key->info.is_default;
}

bool is_foreign_default_key(const Denial& denial) {
  const bool is_for_a_value = denial.question.via == api::Via::kSecretsManager && !is_trial(denial);
  return is_managed_key(denial) && !denial.is_same_account() && is_for_a_value;
}

bool is_trial(const Denial& denial) {
  if (denial.question.via != api::Via::kSecretsManager) return false;
  std::string scratch;
  const auto version = denial.request.context.single("kms:EncryptionContext:SecretVersionId", scratch);
  return version == kms::kUsabilityCheck;
}

Notes notes_of(const Denial& denial) {
  Notes notes;
  const bool is_same_account = denial.is_same_account();
  std::vector<std::string>& owner = is_same_account ? notes.for_caller : notes.for_resource;
  if (is_absent(denial)) add(owner, absence(denial));
  if (const kms::KeyView* const key = key_in(denial)) add(owner, state_of(*key));
  if (is_managed_key(denial)) {
    add(owner, managed(denial));
    // Secrets Manager tells its caller.
    if (is_foreign_default_key(denial)) add(notes.for_caller, managed(denial));
  }
  if (is_same_account) return notes;
  add(notes.for_caller, not_named_in_full(denial));
  if (const std::string_view next = next_action(denial.question.action); !next.empty()) {
    add(notes.for_caller, next_step(next));
    add(notes.for_resource, next_step(next));
  }
  return notes;
}

}  // namespace coffer::access

// The versions and labels of one secret, as AWS documents and was recorded, written down naively: which version has a
// label, and nothing else. The operations are compared with it, so it shares no code with them.
// Each rule can be broken, to prove that the comparison would find it broken.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace coffer::secretsmanager::testing {

struct Content {
  std::string bytes;
  bool is_binary = false;
  bool operator==(const Content&) const = default;
};

// One call for the secret, or time that passes.
struct Step {
  enum class Kind : uint8_t { kCreate, kPut, kUpdate, kMove, kDelete, kRestore, kWait };
  Kind kind = Kind::kCreate;
  std::string token = {};                // of kCreate, kPut, kUpdate
  std::optional<Content> content = {};   // of the same; kPut always has one
  std::vector<std::string> labels = {};  // of kPut; none: VersionStages is left out
  bool has_description = false;          // of kUpdate
  std::string label = {};                // of kMove, as the next two
  std::optional<std::string> from = {};
  std::optional<std::string> to = {};
  std::optional<int> window_in_days = {};  // of kDelete; none: it is forced
  Duration wait = {};                      // of kWait
  bool is_looked_at = true;                // whether everything is compared afterwards, or the answer only
};

// One line, for the report of a difference.
std::string text_of(const Step& step);

// The id of a version: a number, as long as AWS wants it. No step of a random sequence has number 99.
std::string version_id(int number);

// What holds on AWS, and with it in Coffer.
struct Rules {
  bool first_value_is_current = true;       // whatever labels it is given
  bool first_value_is_not_previous = true;  // AWSPREVIOUS is never on the version that becomes AWSCURRENT
  bool write_takes_its_labels = true;       // from whichever version has them
  bool write_makes_former_previous = true;  // the version that was AWSCURRENT becomes AWSPREVIOUS
  bool move_makes_former_previous = true;
  bool write_takes_pending = true;  // AWSPENDING, from the version that was AWSCURRENT
  bool write_leaves_other_pending = true;
  bool move_leaves_pending = true;
  bool update_takes_current = true;
  bool repetition_succeeds = true;  // the same token and value again
  bool repetition_changes_nothing = true;
  bool token_belongs_to_its_bytes = true;  // with others it is taken
  bool token_belongs_to_its_kind = true;
  bool move_names_the_holder = true;  // RemoveFromVersionId must be there if the label sits elsewhere
  bool move_names_the_right_holder = true;
  bool current_is_never_removed = true;
  bool unknown_versions_get_nothing = true;
  bool labels_are_limited = true;    // 20 on all versions together
  bool versions_are_limited = true;  // 200 (Coffer's number)
  bool old_versions_go = true;       // without labels, beyond 100
  bool oldest_go_first = true;
  bool young_versions_stay = true;  // those of less than a day
  bool a_day_is_old = true;
  bool deletion_stops_writes = true;
  bool deletion_keeps_the_name = true;
  bool deletion_ends = true;  // with the recovery window
  bool restored_is_as_it_was = true;
};

// Error and text of AWS; the text is empty where AWS's is not known. "${arn}" stands for the secret's ARN.
struct Refusal {
  std::string error;
  std::string message;
};

struct Outcome {
  // None: success. Otherwise the reasons to refuse, any of which may be given: AWS's order is known only in part.
  std::vector<Refusal> refusals = {};
  std::optional<std::string> version = {};  // VersionId of the answer
};

class LabelModel {
 public:
  struct Version {
    std::string id;
    Content content;
    Duration created;
  };

  explicit LabelModel(const Rules& rules = {}) : rules_(rules) {}

  Outcome apply(const Step& step);

  bool exists() const { return secret_.has_value(); }
  // REQUIRES for all of these: exists().
  bool pending_deletion() const { return secret_->deletion.has_value(); }
  const std::vector<Version>& versions() const { return secret_->versions; }              // oldest first
  const std::map<std::string, std::string>& holders() const { return secret_->holders; }  // label to version
  const Version* find(const std::string& id) const;
  std::vector<std::string> labels_of(const std::string& id) const;  // sorted

 private:
  struct Secret {
    std::vector<Version> versions;
    std::map<std::string, std::string> holders;
    std::optional<Duration> deletion;  // when the recovery window ends
    std::optional<std::string> holder(const std::string& label) const;
  };

  Outcome create(const Step& step);
  Outcome write(const Step& step);
  Outcome store(const Step& step);
  Outcome repeat(const Step& step, const Version& known);
  Outcome move(const Step& step);
  Outcome remove(const Step& step);
  Outcome restore();
  Outcome wait(Duration time);
  std::vector<Refusal> refusals_of(const Step& move) const;
  // Becomes the secret unless a limit is in the way.
  Outcome change(Secret changed, std::optional<std::string> version = {});
  void remove_old_versions(Secret& secret) const;

  const Rules rules_;
  std::optional<Secret> secret_;
  Duration now_{};
};

}  // namespace coffer::secretsmanager::testing

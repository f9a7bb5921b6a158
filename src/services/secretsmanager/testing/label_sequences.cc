#include "services/secretsmanager/testing/label_sequences.h"

#include <algorithm>
#include <initializer_list>
#include <random>

namespace coffer::secretsmanager::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr int kSteps = 60;
constexpr int kRepeatedTokens = 6;  // the tokens that come again and again have numbers below

class Sequence {
 public:
  Sequence(Flavour flavour, uint64_t seed) : flavour_(flavour), random_(seed) {}

  std::vector<Step> make() {
    switch (flavour_) {
      case Flavour::kEveryday:
      case Flavour::kLabels:
        for (int i = 0; i < kSteps; ++i)
          add(flavour_ == Flavour::kLabels ? step_for_labels() : everyday_step());
        break;
      case Flavour::kOldVersions:
        add_writes(101 + below(20));
        for (int i = 0; i < 3; ++i) {
          add(about_a_day());
          add_writes(1 + below(20));
        }
        break;
      case Flavour::kManyVersions:
        add_writes(199 + below(4));
        for (int i = 0; i < 8; ++i)
          add(step_for_labels());
        add(about_a_day());
        add_writes(3);
        break;
    }
    return std::move(steps_);
  }

 private:
  // --- chance: no distributions, they differ between standard libraries ---

  int below(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  T one_of(std::initializer_list<T> all) {
    return *(all.begin() + below(static_cast<int>(all.size())));
  }

  // --- the parts of a step ---

  std::string fresh_token() { return version_id(++fresh_); }
  std::string token() { return chance(25) ? fresh_token() : version_id(below(kRepeatedTokens)); }
  // Few of them, so that the same value comes again, and the same bytes of another kind.
  Content content() { return {one_of<const char*>({"one", "two", "{}"}), chance(30)}; }
  // What the token stands for already, most of the time.
  Content content_for(const std::string& token) {
    const LabelModel::Version* const known = model_.exists() ? model_.find(token) : nullptr;
    return known != nullptr && chance(60) ? known->content : content();
  }
  std::string label() {
    return one_of<const char*>(
        {"AWSCURRENT", "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", "AWSPENDING", "blue", "green"});
  }
  std::vector<std::string> labels() {
    std::vector<std::string> labels;
    for (int i = below(4); i > 0; --i)
      labels.push_back(label());
    return labels;
  }
  std::vector<std::string> many_labels() {
    std::vector<std::string> labels;
    for (int i = 14 + below(6); i > 0; --i)
      labels.push_back("label" + std::to_string(i));
    if (chance(50)) labels.push_back(label());
    return labels;
  }
  std::string any_version() {
    if (!model_.exists() || model_.versions().empty() || chance(8)) return version_id(below(2 * kRepeatedTokens));
    return model_.versions()[below(static_cast<int>(model_.versions().size()))].id;
  }
  std::optional<std::string> holder(const std::string& label) {
    if (!model_.exists() || !model_.holders().contains(label)) return std::nullopt;
    return model_.holders().at(label);
  }

  // --- steps ---

  void add(Step step) {
    model_.apply(step);
    steps_.push_back(std::move(step));
  }

  Step put() {
    Step step{.kind = Step::Kind::kPut, .token = token()};
    step.content = content_for(step.token);
    if (chance(60)) step.labels = labels();
    return step;
  }

  Step update() {
    Step step{.kind = Step::Kind::kUpdate, .token = token()};
    if (chance(80)) step.content = content_for(step.token);
    step.has_description = chance(50);
    return step;
  }

  Step create() {
    Step step{.kind = Step::Kind::kCreate, .token = token()};
    if (chance(60)) step.content = content_for(step.token);
    return step;
  }

  // Most moves are legal, else little would ever move.
  Step move() {
    Step step{.kind = Step::Kind::kMove, .label = label()};
    if (chance(20) && flavour_ == Flavour::kLabels) step.label = "label" + std::to_string(1 + below(22));
    step.from = chance(75) ? holder(step.label) : chance(50) ? std::optional(any_version()) : std::nullopt;
    if (chance(85)) step.to = any_version();
    return step;
  }

  Step deletion() {
    Step step{.kind = Step::Kind::kDelete};
    if (chance(80)) step.window_in_days = 7 + below(24);
    return step;
  }

  Step wait(Duration time) { return {.kind = Step::Kind::kWait, .wait = time}; }
  Step wait() { return wait(one_of<Duration>({milliseconds(1), hours(1), hours(24), hours(24 * 8), hours(24 * 31)})); }

  Step everyday_step() {
    if (!model_.exists() && chance(80)) return create();
    if (model_.exists() && model_.pending_deletion() && chance(40)) {
      return {.kind = Step::Kind::kRestore};
    }
    if (model_.exists() && model_.versions().empty() && chance(60)) return put();
    const int percent = below(100);
    if (percent < 35) return put();
    if (percent < 50) return update();
    if (percent < 80) return move();
    if (percent < 85) return create();
    if (percent < 92) return wait();
    if (percent < 94) return {.kind = Step::Kind::kRestore};
    return deletion();
  }

  Step step_for_labels() {
    if (!model_.exists()) return create();
    const int percent = below(100);
    if (percent < 55) return move();
    Step step = percent < 70 ? update() : put();
    if (step.kind == Step::Kind::kPut && chance(20)) step.labels = many_labels();
    return step;
  }

  // Many writes at one moment, some of whose versions keep a label. The last ones are looked at.
  void add_writes(int count) {
    if (!model_.exists()) add({.kind = Step::Kind::kCreate, .token = fresh_token()});
    for (; count > 0; --count) {
      Step step{.kind = Step::Kind::kPut, .token = fresh_token(), .content = content()};
      step.is_looked_at = count < 3;
      if (chance(5)) step.labels = {one_of<const char*>({"blue", "green", "red", "AWSPENDING"})};
      add(std::move(step));
    }
  }

  Step about_a_day() {
    constexpr Duration kDay = hours(24);
    return wait(one_of<Duration>({kDay - milliseconds(1), kDay, kDay, kDay + milliseconds(1)}));
  }

  const Flavour flavour_;
  std::mt19937_64 random_;
  LabelModel model_;
  int fresh_ = 100;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<Step> random_sequence(Flavour flavour, uint64_t seed) {
  return Sequence(flavour, seed).make();
}

}  // namespace coffer::secretsmanager::testing

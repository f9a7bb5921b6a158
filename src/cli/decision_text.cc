#include "cli/decision_text.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "base/time_text.h"
#include "cli/json_text.h"
#include "cli/text_layout.h"
#include "wire/json.h"

namespace coffer::cli {
namespace {

using wire::Kind;
using wire::Value;

std::string_view text_of(const Value& object, std::string_view name) {
  const Value* const value = object.find(name);
  return value != nullptr && value->kind() == Kind::kString ? value->as_string() : std::string_view();
}

std::span<const Value> list_of(const Value& object, std::string_view name) {
  const Value* const value = object.find(name);
  return value != nullptr && value->kind() == Kind::kList ? value->as_list() : std::span<const Value>();
}

bool flag_of(const Value& object, std::string_view name) {
  const Value* const value = object.find(name);
  return value != nullptr && value->kind() == Kind::kBoolean && value->as_boolean();
}

std::string time_of(const Value& decision) {
  const Value* const value = decision.find("Time");
  if (value == nullptr || (value->kind() != Kind::kReal && value->kind() != Kind::kInteger)) return {};
  const double seconds = value->kind() == Kind::kReal ? value->as_real() : static_cast<double>(value->as_integer());
  // Beyond the years that can be written.
  if (seconds < 0 || seconds > 253'402'300'799.0) return {};
  return iso_extended_seconds(Time(Duration(static_cast<int64_t>(seconds * 1000))));
}

// An ARN tells its account; a name does not.
std::string with_account(std::string_view name, std::string_view account) {
  if (account.empty() || name.find(account) != name.npos) return std::string(name);
  return std::string(name) + " of account " + std::string(account);
}

std::string_view verb_of(std::string_view verdict) {
  if (verdict == "Allows") return "allows";
  if (verdict == "Denies") return "denies";
  return "does not allow";
}

class DecisionText {
 public:
  explicit DecisionText(const Value& decision) : decision_(decision) {}

  std::string write() {
    heading();
    chain();
    missing();
    changes();
    notes();
    return std::move(text_);
  }

 private:
  void line(std::string_view text) { text_.append(text).append("\n"); }
  void title(std::string_view text) {
    line("");
    line(text);
    line("");
  }

  void fact(std::string_view name, const std::string& value) {
    constexpr size_t kColumn = 12;
    if (!value.empty()) text_ += wrapped(value, {"  " + padded(name, kColumn - 2), kColumn});
  }

  void heading() {
    line("Decision " + std::string(text_of(decision_, "DecisionId")) + "  " + time_of(decision_));
    line("");
    fact("caller", with_account(text_of(decision_, "Caller"), text_of(decision_, "CallerAccount")));
    fact("denied", std::string(text_of(decision_, "Action")));
    fact("on", with_account(text_of(decision_, "Resource"), text_of(decision_, "ResourceAccount")));
    fact("message", std::string(text_of(decision_, "Message")));
  }

  void chain() {
    const auto steps = list_of(decision_, "Steps");
    if (steps.empty()) return;
    title("Who has a say");
    size_t widest = 0;
    for (const Value& step : steps) {
      for (const Value& opinion : list_of(step, "Opinions"))
        widest = std::max(widest, text_of(opinion, "Policies").size());
    }
    bool is_first = true;
    for (const Value& step : steps) {
      if (!is_first) line("");
      is_first = false;
      text_ +=
          wrapped(std::string(text_of(step, "Action")) + " on " + std::string(text_of(step, "Resource")), {"  ", 6});
      for (const Value& opinion : list_of(step, "Opinions"))
        this->opinion(opinion, widest);
    }
  }

  void opinion(const Value& opinion, size_t widest) {
    std::string text = "    " + padded(text_of(opinion, "Policies"), widest) + "  ";
    text.append(padded(text_of(opinion, "Account"), 12)).append("  ").append(verb_of(text_of(opinion, "Verdict")));
    if (const std::string_view remark = text_of(opinion, "Remark"); !remark.empty()) text.append(" ").append(remark);
    if (flag_of(opinion, "InTheWay"))
      text += text_of(opinion, "Verdict") == "Denies" ? "  <- in the way" : "  <- missing";
    line(text);
    for (const Value& statement : list_of(opinion, "Statements")) {
      if (statement.kind() == Kind::kString) text_ += wrapped(statement.as_string(), {std::string(8, ' '), 12});
    }
  }

  // What is marked in the chain, in words; when no policy is in the way, what is.
  void missing() {
    std::string sentences;
    for (const Value& step : list_of(decision_, "Steps")) {
      for (const Value& opinion : list_of(step, "Opinions")) {
        if (!flag_of(opinion, "InTheWay")) continue;
        const bool denies = text_of(opinion, "Verdict") == "Denies";
        std::string sentence(text_of(opinion, "Policies"));
        sentence.append(" of account ").append(text_of(opinion, "Account"));
        sentence.append(denies ? " must not deny " : " must allow ").append(text_of(step, "Action"));
        sentences += wrapped(sentence, {"  ", 2});
      }
    }
    if (!sentences.empty()) {
      title("Missing");
      text_ += sentences;
      return;
    }
    const auto reasons = list_of(decision_, "Reasons");
    if (reasons.empty() || reasons.front().kind() != Kind::kString) return;
    title("Why");
    text_ += wrapped(reasons.front().as_string(), {"  ", 2});
  }

  void changes() {
    const auto changes = list_of(decision_, "Changes");
    if (changes.empty()) return;
    title("What to change");
    size_t number = 0;
    for (const Value& change : changes) {
      if (number != 0) line("");
      const std::string where =
          "In account " + std::string(text_of(change, "Account")) + ", " + std::string(text_of(change, "Where"));
      text_ += wrapped(where, {"  " + std::to_string(++number) + ". ", 5});
      const std::string_view statement = text_of(change, "Statement");
      const auto details = list_of(change, "Details");
      const bool goes_on = !statement.empty() || !details.empty();
      text_ += wrapped(std::string(text_of(change, "What")) + (goes_on ? ":" : "."), {"     ", 5});
      for (const Value& detail : details) {
        if (detail.kind() == Kind::kString) text_ += wrapped(detail.as_string(), {std::string(8, ' '), 12});
      }
      if (!statement.empty()) this->statement(statement);
    }
  }

  void statement(std::string_view json) {
    constexpr size_t kIndent = 5;
    wire::Document document;
    line("");
    const bool is_json = wire::parse_json(json, {}, document).ok();
    line(std::string(kIndent, ' ') + (is_json ? json_text(document.root(), kIndent) : std::string(json)));
  }

  void notes() {
    const auto notes = list_of(decision_, "Notes");
    if (notes.empty()) return;
    title("To know");
    for (const Value& note : notes) {
      if (note.kind() == Kind::kString) text_ += wrapped(note.as_string(), {"  ", 2});
    }
  }

  const Value& decision_;
  std::string text_;
};

}  // namespace

std::string decisions_text(const Value& answer) {
  std::string text;
  for (const Value& decision : list_of(answer, "Decisions")) {
    if (!text.empty()) text += "\n";
    text += DecisionText(decision).write();
  }
  return text;
}

}  // namespace coffer::cli

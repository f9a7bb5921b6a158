// Why a request was denied, by its request id: to whom it concerns, and as much of it as that account may know.
// Coffer's own; AWS has no such operation.
#include <algorithm>

#include "api/operation.h"
#include "services/coffer/common_decision.h"
#include "services/coffer/rooms.h"

namespace coffer::coffer_service {
namespace {

bool is_id(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}
constexpr wire::Pattern kIdPattern{.regex = "^[0-9A-Za-z-]+$", .matches = is_id};

struct ExplainDecision {
  static constexpr std::string_view kName = "ExplainDecision";
  static constexpr std::string_view kAction = "coffer:ExplainDecision";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound};
  using Rooms = coffer_service::Rooms;

  struct Request {
    std::string decision_id;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::decision_id>("DecisionId", {.min = 1, .max = 64, .pattern = &kIdPattern})};
  };
  struct Response {
    std::vector<Decision> decisions;
    static constexpr wire::Field kFields[] = {wire::field<&Response::decisions>("Decisions")};
  };

  static Result<void> check(const Request&) { return {}; }

  // The decision belongs to whoever asks: two accounts may, each for its part of it.
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return api::Resource{.name = "arn:aws:coffer:" + rooms.regions.self().text() + ":" + caller.account.text() +
                                 ":decision/" + request.decision_id,
                         .account = caller.account};
  }

  static Result<Response> handle(const api::Authorized<ExplainDecision>& authorized, Rooms& rooms) {
    const AccountId& account = authorized.caller().account;
    const std::string& id = authorized.request().decision_id;
    Response response;
    for (const access::ExplanationPointer& explanation : rooms.explanations.find(id)) {
      if (explanation->concerns(account)) response.decisions.push_back(decision_for(account, *explanation));
    }
    if (!response.decisions.empty()) return response;
    // The same for what there never was, is forgotten, or concerns others only.
    std::string message = "Coffer can't find the specified decision in this region.";
    COFFER_ASSIGN(const home::Claim home, rooms.home.claim());
    if (home.region != rooms.regions.self()) {
      message += " Changes of identities are decided in " + home.region.text() + ", their home region.";
    }
    return Error{ErrorCode::kResourceNotFound, std::move(message)};
  }
};

}  // namespace

api::Operation explain_decision() {
  return api::operation<ExplainDecision>();
}

}  // namespace coffer::coffer_service

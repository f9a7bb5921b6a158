#include "server/identity_home.h"

#include <algorithm>
#include <map>
#include <vector>

#include "home/announcement.h"
#include "home/state_exporter.h"
#include "server/json_door.h"
#include "wire/json.h"

namespace coffer::server {
namespace {

struct KnownState {
  home::StateId id;
  uint64_t generation = 0;
};

// What is here of all that flows from the home.
struct Knowledge {
  std::vector<iam::AccountSummary> accounts;
  std::multimap<AccountId, KnownState> of_accounts;
  std::vector<KnownState> others;
};

Result<Knowledge> read_knowledge(const home::StateReceiver& states, const iam::AccountStore& accounts) {
  Knowledge known;
  COFFER_ASSIGN(known.accounts, accounts.list());
  COFFER_ASSIGN(const std::vector<home::StateId> ids, home::all_states(states));
  for (const home::StateId& id : ids) {
    const home::StateKind* const kind = home::find_kind(states.kinds(), id.kind);
    COFFER_ASSIGN(const home::Stamp stamp, home::current_stamp({states.store(), *kind}, id));
    if (stamp.generation == 0) continue;
    if (id.account.empty()) {
      known.others.push_back({id, stamp.generation});
    } else {
      known.of_accounts.emplace(id.account, KnownState{id, stamp.generation});
    }
  }
  return known;
}

void write_text(std::string_view name, std::string_view value, wire::JsonEncoder& out) {
  out.key(name);
  out.string(value);
}

void write_number(std::string_view name, uint64_t value, wire::JsonEncoder& out) {
  out.key(name);
  out.integer(static_cast<int64_t>(value));
}

void write_claim(const home::Claim& claim, wire::JsonEncoder& out) {
  write_text("home", claim.region.text(), out);
  write_number("epoch", claim.epoch, out);
}

void write_knowledge(const Knowledge& known, wire::JsonEncoder& out) {
  out.key("accounts");
  out.begin_list();
  for (const iam::AccountSummary& account : known.accounts) {
    out.begin_object();
    write_text("AccountId", account.id.text(), out);
    write_text("Name", account.name, out);
    write_text("Status", iam::status_word(account.status), out);
    out.key("generations");
    out.begin_object();
    const auto [begin, end] = known.of_accounts.equal_range(account.id);
    for (auto state = begin; state != end; ++state)
      write_number(state->second.id.kind, state->second.generation, out);
    out.end_object();
    out.end_object();
  }
  out.end_list();
  out.key("others");
  out.begin_list();
  for (const KnownState& state : known.others) {
    out.begin_object();
    write_text("kind", state.id.kind, out);
    write_text("name", state.id.name, out);
    write_number("generation", state.generation, out);
    out.end_object();
  }
  out.end_list();
}

// What an adoption means, in one sentence for the operator.
std::string meaning_of(const replication::Adoption& adoption) {
  const std::string& here = adoption.now.region.text();
  const std::string since = ", since epoch " + std::to_string(adoption.now.epoch);
  if (adoption.now == adoption.before) return here + " is home of identities already" + since;
  if (adoption.before.region == adoption.now.region) {
    return here + " is home of identities in a new epoch, " + std::to_string(adoption.now.epoch) +
           ": what other regions know beyond its own accounts and identities is lost";
  }
  return here + " is home of identities" + since + ": changes that only " + adoption.before.region.text() +
         " has seen are lost";
}

}  // namespace

Result<void> IdentityHome::require_here() const {
  COFFER_ASSIGN(const home::Claim known, claim());
  const home::HomeRegion& home = parts_.states.home();
  const Region& here = home.region();
  COFFER_ASSIGN(const bool is_here, home.is_here());
  if (is_here) return {};
  if (known.region == here) {
    return Error{ErrorCode::kUsage, here.text() + " was restored from a backup that knows nothing of epoch " +
                                        std::to_string(known.epoch) +
                                        ", in which it is home of identities: see coffer identity home"};
  }
  return Error{ErrorCode::kUsage, "accounts are made and closed in " + known.region.text() +
                                      ", the home region of identities, not in " + here.text()};
}

Result<void> IdentityHome::report(net::Reply& reply) const {
  const home::HomeRegion& home = parts_.states.home();
  COFFER_ASSIGN(const auto witnesses, parts_.survey.ask());
  COFFER_ASSIGN(const home::Claim known, claim());
  COFFER_ASSIGN(const std::vector<Region> untold, home.untold());
  COFFER_ASSIGN(const Knowledge knowledge, read_knowledge(parts_.states, parts_.accounts));
  const Result<void> objection = parts_.survey.objection(witnesses);
  COFFER_ASSIGN(const bool is_forgotten, home.is_forgotten());
  reply_json(reply, [&](wire::JsonEncoder& out) {
    out.begin_object();
    write_text("region", home.region().text(), out);
    write_claim(known, out);
    if (is_forgotten) {
      out.key("forgotten");
      out.boolean(true);
    }
    write_text("configured", parts_.configured.text(), out);
    if (!objection.ok()) write_text("objection", objection.error().message, out);
    write_knowledge(knowledge, out);
    out.key("regions");
    out.begin_list();
    for (const replication::Witness& witness : witnesses) {
      out.begin_object();
      write_text("region", witness.region.text(), out);
      if (known.region == home.region()) {
        out.key("told");
        out.boolean(std::ranges::count(untold, witness.region) == 0);
      }
      if (witness.home.ok()) {
        write_claim(*witness.home, out);
      } else {
        write_text("error", witness.home.error().message, out);
      }
      out.end_object();
    }
    out.end_list();
    out.end_object();
  });
  return {};
}

Result<void> IdentityHome::adopt(std::string_view body, net::Reply& reply) const {
  wire::Document document;
  if (!wire::parse_json(body.empty() ? "{}" : body, wire::JsonLimits{}, document).ok() ||
      document.root().kind() != wire::Kind::kObject) {
    return Error{ErrorCode::kUsage, "the body must be a JSON object, with force or nothing"};
  }
  using replication::Objections;
  const bool is_forced = boolean_member(document.root(), "force");
  COFFER_ASSIGN(const auto adoption, parts_.survey.adopt(is_forced ? Objections::kAreOverruled : Objections::kCount));
  const bool is_new = adoption.now != adoption.before;
  if (is_new && parts_.adopted) parts_.adopted();
  COFFER_ASSIGN(const Knowledge knowledge, read_knowledge(parts_.states, parts_.accounts));
  reply_json(reply, [&](wire::JsonEncoder& out) {
    out.begin_object();
    write_text("region", parts_.states.home().region().text(), out);
    write_claim(adoption.now, out);
    out.key("adopted");
    out.boolean(is_new);
    write_text("message", meaning_of(adoption), out);
    write_knowledge(knowledge, out);
    out.end_object();
  });
  return {};
}

}  // namespace coffer::server

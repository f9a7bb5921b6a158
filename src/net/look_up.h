// Names to addresses, with an end: the system's resolver waits as long as it likes, a caller must not.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/socket_address.h"

namespace coffer::net {

// Asked several times a second by whoever waits; true: kAborted. None: it waits.
using IsGivenUp = std::function<bool()>;

// resolve(), but waits no longer than `timeout`: kTimeout. Any thread.
Result<std::vector<Endpoint>> look_up(const std::string& host, uint16_t port, Duration timeout,
                                      const IsGivenUp& is_given_up = {});

// What a look-up does that may wait. It outlives a caller that gave up, and so must own what it uses.
using LookUp = std::function<Result<std::vector<Endpoint>>()>;
// Runs it on a thread of its own. kTimeout; kIo when so many are still running that no more are begun.
Result<std::vector<Endpoint>> run_look_up(LookUp look_up, Duration timeout, const IsGivenUp& is_given_up = {});

}  // namespace coffer::net

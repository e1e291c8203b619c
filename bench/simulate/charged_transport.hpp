// A transport whose messages cost their ranks the time that was measured for them.
#pragma once

#include <utility>

#include "bench/simulate/virtual_time.hpp"
#include "engine/transport.hpp"

namespace trawl::simulate {

/// Processor time for one message, from the call to the return of send() or receive(), measured by calibrate.cpp.
struct MessageCosts {
  double send_s = 0;
  double receive_s = 0;
  double schedule_s = 0;  ///< what the scheduler does for a range that has come back; on ranks that schedule
  double byte_s = 0;      ///< for each byte of results, at both ends
};

class ChargedTransport final : public Transport {
 public:
  ChargedTransport(Transport& carrier, const MessageCosts& costs) : carrier_(carrier), costs_(costs) {}

  Rank rank() const override { return carrier_.rank(); }
  int size() const override { return carrier_.size(); }

  void send(Rank to, Message message) override {
    charge(costs_.send_s + bytes_s(message));
    carrier_.send(to, std::move(message));
  }

  bool receive(Rank& from, Message& message) override {
    if (!carrier_.receive(from, message)) return false;
    const bool to_schedule = std::holds_alternative<Results>(message) || std::holds_alternative<Hello>(message);
    charge(costs_.receive_s + bytes_s(message) + (to_schedule ? costs_.schedule_s : 0));
    return true;
  }

  void abandon(Rank rank) override { carrier_.abandon(rank); }

 private:
  double bytes_s(const Message& message) const {
    const auto* results = std::get_if<Results>(&message);
    return results == nullptr ? 0 : costs_.byte_s * sizeof(double) * static_cast<double>(results->records.value_count);
  }

  Transport& carrier_;
  const MessageCosts costs_;
};

}  // namespace trawl::simulate

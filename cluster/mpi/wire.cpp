#include "cluster/mpi/wire.hpp"

#include <bit>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace trawl::cluster {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

constexpr std::size_t status_run_bytes = 9;  // count, status
constexpr std::size_t failure_bytes = 13;    // task, status, length of the text

/// Counts the bytes that a Writer would write.
class Counter {
 public:
  template <class T>
  void number(T) {
    size_ += sizeof(T);
  }
  void text(std::string_view s) { size_ += sizeof(std::uint32_t) + s.size(); }
  void raw(const void*, std::size_t size) { size_ += size; }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

class Writer {
 public:
  explicit Writer(std::byte* to) : to_(to) {}

  template <class T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    raw(&value, sizeof value);
  }
  void text(std::string_view s) {
    number(static_cast<std::uint32_t>(s.size()));
    raw(s.data(), s.size());
  }
  void raw(const void* from, std::size_t size) {
    if (size > 0) std::memcpy(to_, from, size);
    to_ += size;
  }

 private:
  std::byte* to_;
};

template <class Out>
void put(Out& out, const Hello& hello) {
  out.number(std::int32_t{hello.threads});
  out.number(hello.pid);
  out.text(hello.host);
  out.number(std::int32_t{hello.ranks});
  out.text(hello.shortage);
}

template <class Out>
void put(Out& out, const Assignment& assignment) {
  out.number(assignment.grant);
  out.number(assignment.range.begin);
  out.number(assignment.range.end);
  out.number(static_cast<std::uint8_t>(assignment.careful));
  out.number(std::int32_t{assignment.deaths});
}

template <class Out>
void put(Out& out, const Results& results) {
  const Records& records = results.records;
  out.number(results.grant);
  out.number(static_cast<std::uint8_t>(results.last));
  out.number(results.communication_s);
  out.number(records.range.begin);
  out.number(records.range.end);
  out.number(records.seconds);
  out.number(records.longest_s);
  out.number(records.value_count);
  out.number(static_cast<std::uint64_t>(records.statuses.size()));
  out.number(static_cast<std::uint64_t>(records.failures.size()));
  for (const StatusRun& run : records.statuses) {
    out.number(run.count);
    out.number(run.status);
  }
  for (const Failure& failure : records.failures) {
    out.number(failure.task);
    out.number(failure.status);
    out.text(failure.message);
  }
  out.raw(records.values.get(), records.value_count * sizeof(double));
}

template <class Out>
void put(Out&, const Heartbeat&) {}
template <class Out>
void put(Out&, const Stop&) {}
template <class Out>
void put(Out& out, const Bye& bye) {
  out.text(bye.why);
}
template <class Out>
void put(Out& out, const Loss& loss) {
  out.number(std::int32_t{loss.rank});
}

/// The message's kind, then its fields.
template <class Out>
void put(Out& out, const Message& message) {
  out.number(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& alternative) { put(out, alternative); }, message);
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class T>
  T number() {
    T value;
    raw(&value, sizeof value);
    return value;
  }
  Status status() {
    const auto value = number<std::uint8_t>();
    require(value <= static_cast<std::uint8_t>(Status::excluded));
    return static_cast<Status>(value);
  }
  bool flag() {
    const auto value = number<std::uint8_t>();
    require(value <= 1);
    return value == 1;
  }
  std::string text() {
    const auto size = number<std::uint32_t>();
    require(size <= rest_.size());
    std::string s(reinterpret_cast<const char*>(rest_.data()), size);
    rest_ = rest_.subspan(size);
    return s;
  }
  void raw(void* to, std::size_t size) {
    require(size <= rest_.size());
    if (size > 0) std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }
  TaskRange range() {
    TaskRange range;
    range.begin = number<std::uint64_t>();
    range.end = number<std::uint64_t>();
    require(range.begin <= range.end);
    return range;
  }
  std::size_t left() const { return rest_.size(); }

  static void require(bool condition) {
    if (!condition) throw WireError("a message between ranks is damaged (are all ranks the same trawl?)");
  }

 private:
  std::span<const std::byte> rest_;
};

Hello get_hello(Reader& in) {
  Hello hello;
  hello.threads = in.number<std::int32_t>();
  hello.pid = in.number<std::int64_t>();
  hello.host = in.text();
  hello.ranks = in.number<std::int32_t>();
  hello.shortage = in.text();
  return hello;
}

Assignment get_assignment(Reader& in) {
  Assignment assignment;
  assignment.grant = in.number<std::uint64_t>();
  assignment.range = in.range();
  assignment.careful = in.flag();
  assignment.deaths = in.number<std::int32_t>();
  return assignment;
}

void get_statuses(Reader& in, Records& records, std::uint64_t count) {
  Reader::require(count <= in.left() / status_run_bytes);
  records.statuses.reserve(count);
  std::uint64_t covered = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    StatusRun run;
    run.count = in.number<std::uint64_t>();
    run.status = in.status();
    Reader::require(run.count <= records.range.size() - covered);
    covered += run.count;
    records.statuses.push_back(run);
  }
  Reader::require(covered == records.range.size());
}

void get_failures(Reader& in, Records& records, std::uint64_t count) {
  Reader::require(count <= in.left() / failure_bytes);
  records.failures.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    Failure failure;
    failure.task = in.number<std::uint64_t>();
    failure.status = in.status();
    failure.message = in.text();
    Reader::require(failure.task >= records.range.begin && failure.task < records.range.end);
    records.failures.push_back(std::move(failure));
  }
}

Results get_results(Reader& in) {
  Results results;
  Records& records = results.records;
  results.grant = in.number<std::uint64_t>();
  results.last = in.flag();
  results.communication_s = in.number<double>();
  records.range = in.range();
  records.seconds = in.number<double>();
  records.longest_s = in.number<double>();
  records.value_count = in.number<std::uint64_t>();
  const auto status_runs = in.number<std::uint64_t>();
  const auto failures = in.number<std::uint64_t>();
  get_statuses(in, records, status_runs);
  get_failures(in, records, failures);
  Reader::require(in.left() % sizeof(double) == 0 && in.left() / sizeof(double) == records.value_count);
  records.values = std::make_unique_for_overwrite<double[]>(records.value_count);
  in.raw(records.values.get(), in.left());
  return results;
}

Message get_message(Reader& in) {
  switch (in.number<std::uint8_t>()) {
    case 0:
      return get_hello(in);
    case 1:
      return get_assignment(in);
    case 2:
      return get_results(in);
    case 3:
      return Heartbeat{};
    case 4:
      return Stop{};
    case 5:
      return Bye{in.text()};
    case 6:
      return Loss{in.number<std::int32_t>()};
    default:
      throw WireError("a message between ranks has an unknown kind (are all ranks the same trawl?)");
  }
}

}  // namespace

void encode(const Message& message, Bytes& out) {
  Counter counter;
  put(counter, message);
  out.resize(counter.size());
  Writer writer(out.data());
  put(writer, message);
}

Message decode(std::span<const std::byte> bytes) {
  Reader in(bytes);
  Message message = get_message(in);
  Reader::require(in.left() == 0);
  return message;
}

}  // namespace trawl::cluster

// trawl doctor: what this machine or allocation gives a run, and what is wrong with it.
#include <fmt/format.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/json.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/verbs.hpp"
#include "cluster/doctor/file_system.hpp"
#include "cluster/doctor/launch.hpp"
#include "cluster/doctor/machine.hpp"
#include "cluster/mpi/session.hpp"
#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

constexpr const char* verdict_names[] = {"fine", "poor", "broken"};
constexpr const char* marks[] = {"  ", "? ", "! "};

std::vector<Finding> examine(const Session& session, const std::string& directory) {
  std::vector<Finding> findings = examine_machine(session.ranks_sharing_processors());
  const auto add = [&](std::vector<Finding> more) { findings.insert(findings.end(), more.begin(), more.end()); };
  add(examine_file_system(directory));
  if (launched_in_parallel()) add(examine_ranks(session));
  else add({examine_mpirun()});
  add(examine_slurm());
  return findings;
}

void print_findings(const std::vector<Finding>& findings) {
  for (const Finding& f : findings) {
    const std::string advice = f.verdict == Verdict::fine ? "" : fmt::format(". {}", f.advice);
    print("{}{:<20}{}{}\n", marks[static_cast<int>(f.verdict)], f.what, f.found, advice);
  }
}

Json findings_json(const std::vector<Finding>& findings) {
  Json document = json_document();
  document["trawl_version"] = TRAWL_VERSION;
  document["findings"] = Json::array();
  for (const Finding& f : findings) {
    document["findings"].push_back({{"what", f.what},
                                    {"found", f.found},
                                    {"verdict", verdict_names[static_cast<int>(f.verdict)]},
                                    {"advice", f.advice}});
  }
  return document;
}

int diagnose(const Session& session, const Invocation& invocation) {
  Syntax syntax(
      "",
      "Says what this machine or allocation gives a run, and what is wrong with it: ! breaks a run, ? makes it "
      "slower or less safe.\nStart it as the run would be: alone, under mpirun, or in a job under srun. Exit "
      "code 74 if something would break a run.");
  syntax.options.add_options()("output-directory,o", text_option("PATH"), "where results would go (default: here)")(
      "json", flag_option(), "as JSON");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const auto findings = examine(session, arguments.text("output-directory").value_or("."));
  if (arguments.flag("json")) print_json(findings_json(findings));
  else print_findings(findings);
  for (const Finding& f : findings) {
    if (f.verdict == Verdict::broken) return exit_io;
  }
  return exit_complete;
}

}  // namespace

int doctor_verb(const Invocation& invocation) {
  Session session;
  int code = exit_complete;
  try {
    if (session.rank() == 0) code = diagnose(session, invocation);
  } catch (...) {
    code = report_exception();
  }
  if (session.is_parallel()) session.leave(code);
  return code;
}

}  // namespace trawl::cluster

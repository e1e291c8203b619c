// Results as text: CSV and JSON lines, one row a task; a short table; digests.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "io/on_block.hpp"
#include "io/result_reader.hpp"

namespace trawl::io {

/// One row per task: the sweep's dimensions and parameters (labels for choices), replicate, status, scalar outputs,
/// array outputs as name[i,j] columns. Quoted as in RFC 4180, lines end in LF; numbers in shortest round-trip form, NaN
/// as "nan". Memory does not grow with the number of tasks.
void export_csv(const ResultReader& file, std::FILE* out, const OnBlock& on_block = {});

/// One JSON object per task and line; arrays nested; NaN and infinities, which JSON lacks, as null.
void export_jsonl(const ResultReader& file, std::FILE* out, const OnBlock& on_block = {});

/// A table of at most about 20 lines: for each scalar output, count, mean, sd, min, max over the ok tasks, by the
/// values of the first axis if they are few. Where it would be wider than `columns`, a paragraph for each row instead.
std::string report_table(const ResultReader& file, std::size_t columns = SIZE_MAX);

/// SHA-256 of the file's bytes, as sha256sum prints it, in hex; and one for each dataset's raw data as it lies in the
/// file (of text, the references into the heap).
struct Digest {
  std::string name;
  std::string sha256;
};
std::string file_digest(const std::string& path);
std::vector<Digest> dataset_digests(const ResultReader& file);

}  // namespace trawl::io

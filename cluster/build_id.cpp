#include "cluster/build_id.hpp"

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstring>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace trawl::cluster {
namespace {

std::size_t padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

/// The build id among the notes in [at, end), or nothing.
std::string build_id_in(const char* at, const char* end) {
  while (static_cast<std::size_t>(end - at) >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof note);
    const std::size_t size = sizeof note + padded(note.n_namesz) + padded(note.n_descsz);
    if (size > static_cast<std::size_t>(end - at)) return {};
    const char* description = at + sizeof note + padded(note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID &&
        std::string_view(at + sizeof note, note.n_namesz) == std::string_view("GNU", 4)) {
      std::string text;
      for (std::size_t i = 0; i < note.n_descsz; ++i)
        text += fmt::format("{:02x}", static_cast<unsigned char>(description[i]));
      return text;
    }
    at += size;
  }
  return {};
}

std::string build_id_of(const dl_phdr_info& object) {
  for (std::size_t i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE || segment.p_align == 8) continue;  // of 8: properties, padded otherwise
    const auto* begin = reinterpret_cast<const char*>(object.dlpi_addr + segment.p_vaddr);
    if (std::string text = build_id_in(begin, begin + segment.p_memsz); !text.empty()) return text;
  }
  return {};
}

struct Found {
  bool first = true;
  std::string executable;
  std::set<std::string> libraries;
};

/// The executable comes first.
int visit(dl_phdr_info* object, std::size_t, void* data) {
  Found& found = *static_cast<Found*>(data);
  const std::string_view path(object->dlpi_name);
  if (found.first) found.executable = build_id_of(*object);
  else if (path.substr(path.rfind('/') + 1).starts_with("libtrawl_")) found.libraries.insert(build_id_of(*object));
  found.first = false;
  return 0;
}

}  // namespace

std::string program_fingerprint() {
  Found found;
  dl_iterate_phdr(visit, &found);
  if (found.executable.empty() || found.libraries.contains("")) return {};
  std::string text = found.executable;
  for (const std::string& library : found.libraries) text += "+" + library;
  return text;
}

}  // namespace trawl::cluster
